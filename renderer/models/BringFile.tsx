/** The first step: a file of the person's machine, on its way in parts, and what is in it. */
import { useId, useRef } from 'react';
import type { BroughtFile } from '../../preload/models-contract.ts';
import { FieldError } from '../lab/Field.tsx';
import type { BringDraft } from './bring-draft.ts';
import { bringFile, useBring } from './bring-store.ts';

export function BringFile({ draft, error }: { draft: BringDraft; error: string | undefined }) {
  const { fileName, sent, file, problem } = useBring((state) => state);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div className="lab-section">
      <div className="flex flex-col gap-2 px-2.5 pt-2">
        <p className="text-text2">
          An ONNX file that takes our features and answers with a probability, made in Python or any other tool. It is
          looked through and tried apart from the terminal, judged here on what came after it had learnt, and then
          scored live without a vote.
        </p>
        <input
          ref={input}
          id={id}
          type="file"
          accept=".onnx"
          className="sr-only"
          aria-label="Model file"
          tabIndex={-1}
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            // The same file, mended, can be chosen again.
            event.target.value = '';
            if (chosen) void bringFile(chosen, draft);
          }}
        />
        <button
          type="button"
          className="button h-[30px]"
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          onClick={() => input.current?.click()}
        >
          {fileName === '' ? 'Choose an .onnx file' : 'Choose another file'}
        </button>
        {error === undefined || problem !== '' ? null : <FieldError id={`${id}-error`}>{error}</FieldError>}
        {fileName === '' ? null : <p className="select-text truncate font-medium">{fileName}</p>}
        {sent === null ? null : <Sent share={sent} />}
        {problem === '' ? null : (
          <p role="alert" className="select-text text-down">
            {problem}
          </p>
        )}
        {file ? <Contents file={file} /> : null}
      </div>
    </div>
  );
}

function Sent({ share }: { share: number }) {
  return (
    <div
      className="lab-bar shrink-0"
      role="progressbar"
      aria-label="Progress of the file"
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <div style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

/** Which sets its input can be of, in a sentence. */
function setsText(sets: readonly string[]): string {
  if (sets.length === 0) return 'Its input is of no feature set: the next step asks for its columns.';
  return sets.length === 1
    ? `Its input is of ${sets[0]}.`
    : `Its input can be of ${sets.join(', ')}: the next step asks which.`;
}

function Contents({ file: { producer, inputs, outputs, featureSets, classNames } }: { file: BroughtFile }) {
  const ports = [
    ...inputs.map((port) => ({ ...port, what: 'in' })),
    ...outputs.map((port) => ({ ...port, what: 'out' })),
  ];
  return (
    <section aria-label="What is in the file" className="flex flex-col gap-1.5" role="status">
      <ul className="rounded border border-line px-2 py-1">
        {ports.map(({ what, name, shape }) => (
          <li key={`${what} ${name}`} className="flex items-baseline gap-2 py-0.5">
            <span className="w-6 shrink-0 text-[11px] text-text3">{what}</span>
            <span className="select-text truncate font-medium" title={name}>
              {name}
            </span>
            <span className="ml-auto select-text font-mono text-[11px] text-text2">{shape}</span>
          </li>
        ))}
      </ul>
      <p className="text-[11px] leading-[15px] text-text2">
        {producer === '' ? 'It does not say which tool wrote it.' : `Written by ${producer}.`} {setsText(featureSets)}
        {classNames.length === 0 ? '' : ` Its classes: ${classNames.join(', ')}.`}
      </p>
    </section>
  );
}
