/** Folds on a line of time: what was learnt from, what was tested on, what was chosen and what it then came to. */
import type { LabRunDetail } from '../../preload/lab-contract.ts';
import { showFloat, showSignedPercent } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { paramWords } from './run-words.ts';
import { toneOf } from './tone.ts';

type Walk = NonNullable<LabRunDetail['walk']>;

/** @param names of the parameters that were tried */
export function WalkForward({ walk, names }: { walk: Walk; names: readonly string[] }) {
  const { folds, testReturnShare, testSharpe } = walk;
  const [fromMs, toMs] = [folds[0]?.trainingFromMs ?? 0, folds.at(-1)?.testToMs ?? 1];
  const full = Math.max(...folds.map((fold) => Math.abs(fold.testReturnShare)), 0);
  const percent = (timeMs: number): string => `${(100 * (timeMs - fromMs)) / (toMs - fromMs)}%`;
  const width = (from: number, to: number): string => `${(100 * (to - from)) / (toMs - fromMs)}%`;
  return (
    <section aria-label="Walk forward" className="mt-4 max-w-[920px]">
      <h3 className="font-semibold">Walk forward</h3>
      <p className="mb-2 text-text2">
        Choosing the best setting again and again, on what came before alone, made{' '}
        {showSignedPercent(testReturnShare, 1)} on the days that followed; Sharpe {showFloat(testSharpe, 2)}.
      </p>
      <table className="w-full table-fixed">
        <caption className="sr-only">Folds, oldest first</caption>
        <thead>
          <tr className="text-[11px] text-text3">
            <th className="w-[172px] text-left font-normal">chosen</th>
            <th className="font-normal">
              <span className="flex justify-between">
                <span>{showDay(fromMs)}</span>
                <span>learnt from, then tested</span>
                <span>{showDay(toMs)}</span>
              </span>
            </th>
            <th className="w-[64px] text-right font-normal">before</th>
            <th className="w-[64px] text-right font-normal">after</th>
            <th className="w-[76px] text-right font-normal">return</th>
          </tr>
        </thead>
        <tbody>
          {folds.map((fold) => {
            const { tone, weight } = toneOf(fold.testReturnShare, full);
            return (
              <tr key={fold.testFromMs} className="h-6">
                <td className="truncate text-text2" title={names.join(', ')}>
                  {names.map((name) => `${paramWords(name)} ${shortly(fold.params[name])}`).join(' · ')}
                </td>
                <td title={`tested ${showDay(fold.testFromMs)} to ${showDay(fold.testToMs)}`}>
                  <div className="relative h-3" aria-hidden="true">
                    <div
                      className="fold-training"
                      style={{ left: percent(fold.trainingFromMs), width: width(fold.trainingFromMs, fold.testFromMs) }}
                    />
                    <div
                      className="fold-test"
                      data-tone={tone}
                      style={
                        {
                          '--weight': weight,
                          left: percent(fold.testFromMs),
                          width: width(fold.testFromMs, fold.testToMs),
                        } as React.CSSProperties
                      }
                    />
                  </div>
                </td>
                <td className="text-right">{showFloat(fold.trainingSharpe, 2)}</td>
                <td className="text-right">{showFloat(fold.testSharpe, 2)}</td>
                <td className={`text-right ${fold.testReturnShare < 0 ? 'text-down' : 'text-up'}`}>
                  {showSignedPercent(fold.testReturnShare, 1)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="mt-1 text-[11px] text-text3">
        Before and after are Sharpe ratios a year. A choice that is good only before was fitted, not found.
      </p>
    </section>
  );
}

const shortly = (value: number | undefined): string =>
  value === undefined ? '' : String(Number(value.toPrecision(3)));
