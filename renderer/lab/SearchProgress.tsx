/** A search on its way: how far, the best settings so far, and a way to stop it that loses nothing. */
import type { LabRun } from '../../preload/lab-contract.ts';
import { showCount } from '../format/number.ts';
import { CancelButton } from './RunView.tsx';
import { progressText, shareDone } from './run-words.ts';
import { TrialTable } from './TrialTable.tsx';

export function SearchProgress({ run, progress }: { run: LabRun; progress: NonNullable<LabRun['progress']> }) {
  const share = shareDone(progress);
  const { pruned = 0, failed = 0, best = [] } = progress.search ?? {};
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-4" data-phase={progress.phase}>
      <div className="flex items-center gap-4">
        <div className="min-w-0 flex-1">
          <p className="text-[15px] font-semibold leading-5">{progressText(progress)}</p>
          <p className="flex h-4 gap-4 text-text2">
            <span>{showCount(pruned)} given up early</span>
            <span>{showCount(failed)} failed</span>
          </p>
        </div>
        <CancelButton run={run} word="Stop" />
      </div>
      <div
        className="lab-bar"
        role="progressbar"
        aria-label="Progress of the search"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <section aria-label="Best so far" tabIndex={0} className="min-h-0 flex-1 overflow-auto">
        <h3 className="mb-1 font-semibold">
          Best so far <span className="font-normal text-text3">of those that saw all of the time searched</span>
        </h3>
        {best.length === 0 ? (
          <p className="text-text2">None has ended yet.</p>
        ) : (
          <TrialTable trials={best} onPick={null} />
        )}
      </section>
    </div>
  );
}
