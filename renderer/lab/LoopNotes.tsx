/** What a reader must know of a run before its curves: what was signed beside everything signed at once, and which model spoke. */
import type { LabRun, LabRunDetail } from '../../preload/lab-contract.ts';
import { showCount, showFloat, showPercent, showSignedPercent } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { useLab } from './lab-store.ts';

type Loop = NonNullable<LabRunDetail['loop']>;

export function LoopNotes({ run, detail: { loop, asked } }: { run: LabRun; detail: LabRunDetail }) {
  const { figures, plan } = run;
  const models = useLab((state) => state.catalogue?.models);
  if (!figures || (!loop && !asked)) return null;
  const isTaught = asked !== null && figures.fromMs < asked.learntToMs;
  return (
    <section aria-label="How it was run" className="shrink-0 select-text border-b border-line px-3 py-1.5 text-text2">
      {loop ? (
        <p>
          {loop.asked ? `${askedText(loop.asked)} ` : null}
          {plan.mandate ? `${mandateText(loop)} ` : null}
          With everything signed at once it came to{' '}
          <strong className="text-text1">{showSignedPercent(loop.robot.returnShare, 2)}</strong>, largest drawdown{' '}
          {showPercent(loop.robot.maxDrawdownShare, 2)}, Sharpe {showFloat(loop.robot.sharpe, 2)},{' '}
          {showCount(loop.robot.trades)} trades.
          {plan.mandate?.supposed == null ? '' : ' It supposes an edge that nobody has measured.'}
        </p>
      ) : null}
      {asked ? (
        <p>
          {models?.find(({ name }) => name === asked.model)?.title ?? asked.model} {asked.version} was asked at each
          close.
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

function askedText({ questions, signed, declined, lapsed }: NonNullable<Loop['asked']>): string {
  const [asked, yes, no, late] = [questions, signed, declined, lapsed].map(showCount);
  return `Of ${asked} questions ${yes} were signed, you declined ${no}, and ${late} lapsed without an answer.`;
}

function mandateText({ signed, refused }: Loop): string {
  const refusals = refused.map(({ why, times }) => `${showCount(times)} ${why}`).join(', ');
  const kept = refused.reduce((total, { times }) => total + times, 0);
  return `The mandate signed ${showCount(signed)} of ${showCount(signed + kept)} questions${refusals && ` (${refusals})`}.`;
}
