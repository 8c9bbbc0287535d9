/** A run on its way: how far, how fast, its equity so far, and a way to stop it. */
import { useRef } from 'react';
import type { LabRun } from '../../preload/lab-contract.ts';
import { showFloat } from '../format/number.ts';
import { useTicker } from '../panels/use-market.ts';
import { setText } from '../panels/write-cell.ts';
import { GrowingEquity } from './EquityView.tsx';
import { CancelButton } from './RunView.tsx';
import { progressText, shareDone, speedText } from './run-words.ts';

const NO_POINTS: readonly number[] = [];

export function RunProgress({ run }: { run: LabRun }) {
  const { progress } = run;
  const share = progress ? shareDone(progress) : 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-4" data-phase={progress?.phase}>
      <div className="flex items-center gap-4">
        <div className="min-w-0 flex-1">
          <p className="text-[15px] font-semibold leading-5">{progress ? progressText(progress) : 'Starting'}</p>
          <p className="flex h-4 gap-4 text-text2">
            <span className="min-w-[104px]">{progress?.barsPerSecond ? speedText(progress.barsPerSecond) : '–'}</span>
            <Elapsed sinceMs={run.askedAtMs} />
            <span>equity {showFloat(progress?.equityQuote.at(-1) ?? run.plan.settings.cashQuote, 2)}</span>
          </p>
        </div>
        <CancelButton run={run} />
      </div>
      <div
        className="lab-bar"
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      <GrowingEquity
        timeMs={progress?.timeMs ?? NO_POINTS}
        equityQuote={progress?.equityQuote ?? NO_POINTS}
        shareDone={progress?.phase === 'running' ? share : 1}
      />
    </div>
  );
}

function Elapsed({ sinceMs }: { sinceMs: number }) {
  const text = useRef<HTMLSpanElement>(null);
  useTicker((nowMs) => {
    if (text.current) setText(text.current, `${showFloat(Math.max(0, nowMs - sinceMs) / 1000, 1)} s`);
  }, 100);
  return <span ref={text} className="min-w-[48px]" />;
}
