/** What a training left can become a version that is scored live, once a person says so. */
import { useState } from 'react';
import type { ModelVersion } from '../../preload/models-contract.ts';
import { ConfirmButton } from '../panels/ConfirmButton.tsx';
import { publishTraining } from './models-actions.ts';
import { select } from './models-store.ts';

export function Publishing({ version: { id, publishing } }: { version: ModelVersion }) {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (publishing === null) return null;
  const { name, as, refusal: cannot } = publishing;
  const publish = (): void => {
    setBusy(true);
    void publishTraining(id).then((problem) => {
      setBusy(false);
      setRefusal(problem);
    });
  };
  return (
    <section aria-label="Publishing" className="border-b border-line px-3 py-1.5">
      <div className="flex min-h-[24px] flex-wrap items-center gap-x-3 gap-y-1 text-text2">
        {as ? (
          <>
            <span>
              Published as {name} {as.version}
            </span>
            <button type="button" className="button ml-auto px-2" onClick={() => select(as.id)}>
              Show it
            </button>
          </>
        ) : cannot !== '' ? (
          <span>Cannot be published. {cannot}</span>
        ) : (
          <>
            <span>{isBusy ? `Publishing as ${name}, and trying it` : `Not published: it is asked nothing live`}</span>
            <ConfirmButton
              text="Publish"
              question={`It becomes the next version of ${name}, scored live without a vote.`}
              yes="Publish it"
              disabled={isBusy}
              onYes={publish}
            />
          </>
        )}
      </div>
      {refusal === null ? null : (
        <p role="alert" className="mt-1 text-down">
          {refusal}
        </p>
      )}
    </section>
  );
}
