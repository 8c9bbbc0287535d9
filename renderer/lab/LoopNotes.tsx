/** What a reader must know of a run before its curves: what a mandate signed beside everything signed at once, and which model spoke. */
import type { LabRun, LabRunDetail } from '../../preload/lab-contract.ts';
import { showCount, showFloat, showPercent, showSignedPercent } from '../format/number.ts';
import { showDay } from '../format/time.ts';

export function LoopNotes({ run, detail: { loop, asked } }: { run: LabRun; detail: LabRunDetail }) {
  const { figures, plan } = run;
  if (!figures || (!loop && !asked)) return null;
  const isTaught = asked !== null && figures.fromMs < asked.learntToMs;
  return (
    <section aria-label="How it was run" className="shrink-0 select-text border-b border-line px-3 py-1.5 text-text2">
      {loop ? (
        <p>
          The mandate signed {showCount(loop.signed)} of {showCount(loop.signed + sum(loop.refused))} questions
          {loop.refused.length === 0
            ? ''
            : ` (${loop.refused.map(({ why, times }) => `${showCount(times)} ${why}`).join(', ')})`}
          . With everything signed at once it came to{' '}
          <strong className="text-text1">{showSignedPercent(loop.robot.returnShare, 2)}</strong>, largest drawdown{' '}
          {showPercent(loop.robot.maxDrawdownShare, 2)}, Sharpe {showFloat(loop.robot.sharpe, 2)},{' '}
          {showCount(loop.robot.trades)} trades.
          {plan.mandate?.supposed == null ? '' : ' It supposes an edge that nobody has measured.'}
        </p>
      ) : null}
      {asked ? (
        <p>
          {asked.model} {asked.version} was asked at each close.
          {isTaught ? (
            <span className="text-seal-text">
              {' '}
              ▲ It learnt from candles up to {showDay(asked.learntToMs)}: before that its word is no test.
            </span>
          ) : null}
        </p>
      ) : null}
    </section>
  );
}

const sum = (refused: NonNullable<LabRunDetail['loop']>['refused']): number =>
  refused.reduce((total, { times }) => total + times, 0);
