/** Tags and a note on the run in front, and where its files lie. */
import { type FormEvent, useId, useState } from 'react';
import type { LabRun } from '../../preload/lab-contract.ts';
import { setUpAgain } from './draft-store.ts';
import { markRun, saveReport } from './lab-actions.ts';

const TAGS_MAX = 12;

export function RunMarks({ run }: { run: LabRun }) {
  return (
    <section aria-label="About this run" className="flex shrink-0 flex-col gap-2 border-t border-line p-2.5">
      <div className="flex items-center gap-2">
        <h3 className="min-w-0 flex-1 truncate font-semibold">{run.title}</h3>
        {run.folder === null ? null : (
          <button type="button" className="button button-quiet" onClick={() => void saveReport(run.id)}>
            HTML report
          </button>
        )}
        <button type="button" className="button button-quiet" onClick={() => setUpAgain(run.plan)}>
          Set up again
        </button>
      </div>
      <Tags run={run} />
      <Note key={run.note} run={run} />
      {run.folder === null ? null : (
        <p className="select-text truncate text-[11px] text-text3" title={run.folder}>
          Kept in …/{run.folder.split(/[/\\]/).slice(-2).join('/')}
        </p>
      )}
    </section>
  );
}

function Tags({ run }: { run: LabRun }) {
  const [text, setText] = useState('');
  function add(event: FormEvent): void {
    event.preventDefault();
    const tag = text.trim().slice(0, 40);
    if (tag === '' || run.tags.length >= TAGS_MAX) return;
    setText('');
    void markRun(run.id, { tags: [...run.tags, tag] });
  }
  return (
    <form onSubmit={add} className="flex flex-wrap items-center gap-1">
      {run.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          className="chip cursor-pointer"
          aria-label={`Remove tag ${tag}`}
          onClick={() => void markRun(run.id, { tags: run.tags.filter((each) => each !== tag) })}
        >
          {tag} <span aria-hidden="true">✕</span>
        </button>
      ))}
      <input
        aria-label="Add a tag"
        className="field !w-[104px]"
        data-align="left"
        placeholder="add a tag"
        maxLength={40}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}

function Note({ run }: { run: LabRun }) {
  const id = useId();
  const [text, setText] = useState(run.note);
  const save = (): void => {
    if (text !== run.note) void markRun(run.id, { note: text });
  };
  return (
    <div>
      <label htmlFor={id} className="sr-only">
        Note
      </label>
      <textarea
        id={id}
        className="field !h-[44px] resize-none py-1"
        data-align="left"
        placeholder="A note: what was it for, what did it show?"
        maxLength={2_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
      />
    </div>
  );
}
