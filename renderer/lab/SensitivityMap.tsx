/** The run beside its neighbours: one cell for each pair of two parameters. A good result stands on a plateau, not on a peak. */
import { useState } from 'react';
import type { LabRun, LabRunDetail } from '../../preload/lab-contract.ts';
import { NONE, showFloat, showSignedPercent } from '../format/number.ts';
import { setUpAgain } from './draft-store.ts';
import { Choice } from './Field.tsx';
import { paramWords } from './run-words.ts';
import { toneOf } from './tone.ts';
import { WalkForward } from './WalkForward.tsx';

type ParameterMap = NonNullable<LabRunDetail['map']>;
type Measure = 'returnShare' | 'sharpe' | 'maxDrawdownShare' | 'trades';

const MEASURES: readonly { readonly value: Measure; readonly text: string }[] = [
  { value: 'returnShare', text: 'Return' },
  { value: 'sharpe', text: 'Sharpe' },
  { value: 'maxDrawdownShare', text: 'Max drawdown' },
  { value: 'trades', text: 'Trades' },
];

const percent = (share: number): string => showSignedPercent(share, 1).replace(/\s?%$/, '');
const SHOW: Record<Measure, (value: number) => string> = {
  returnShare: percent,
  sharpe: (value) => showFloat(value, 2),
  maxDrawdownShare: (value) => percent(-value),
  trades: (value) => showFloat(value, 0),
};

export function SensitivityMap({
  run,
  map,
  walk,
}: {
  readonly run: LabRun;
  readonly map: ParameterMap;
  readonly walk: LabRunDetail['walk'];
}) {
  const [measure, setMeasure] = useState<Measure>('returnShare');
  const { x, y } = map;
  const values = map[measure];
  const full = Math.max(...values.map((value) => Math.abs(value ?? 0)), 0);
  const isShare = measure === 'returnShare' || measure === 'maxDrawdownShare';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-label="Sensitivity map" tabIndex={0} className="min-h-0 flex-1 overflow-auto p-3">
      <div className="mb-2 flex items-center gap-4">
        <div className="w-[340px]">
          <Choice label="Show in the map" value={measure} options={MEASURES} onChange={setMeasure} />
        </div>
        <p className="text-text2">{sentenceOf(map.returnShare)}</p>
      </div>
      <table className="map-table">
        <caption className="sr-only">
          {MEASURES.find(({ value }) => value === measure)?.text} for {paramWords(x.name)} across and{' '}
          {paramWords(y.name)} down
        </caption>
        <thead>
          <tr>
            <th>
              {paramWords(y.name)} ↓ · {paramWords(x.name)} →
            </th>
            {x.values.map((value) => (
              <th key={value} scope="col">
                {value}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {y.values.map((yValue, row) => (
            <tr key={yValue}>
              <th scope="row">{yValue}</th>
              {x.values.map((xValue, column) => (
                <td key={xValue}>
                  <Cell
                    value={values[row * x.values.length + column] ?? null}
                    sign={measure === 'maxDrawdownShare' ? -1 : measure === 'trades' ? 0 : 1}
                    full={full}
                    text={SHOW[measure]}
                    isOwn={run.plan.params[x.name] === xValue && run.plan.params[y.name] === yValue}
                    where={`${paramWords(x.name)} ${xValue}, ${paramWords(y.name)} ${yValue}`}
                    onPick={() =>
                      setUpAgain({
                        ...run.plan,
                        map: null,
                        search: null,
                        params: { ...run.plan.params, [x.name]: xValue, [y.name]: yValue },
                      })
                    }
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-[11px] text-text3">
        {isShare ? 'In per cent. ' : ''}Empty where the two do not fit together. A click sets that pair up on the left;
        the framed one is this run.
      </p>
      {walk ? <WalkForward walk={walk} names={[x.name, y.name]} /> : null}
    </section>
  );
}

function sentenceOf(returns: readonly (number | null)[]): string {
  const known = returns.filter((value) => value !== null);
  const won = known.filter((value) => value > 0).length;
  const sorted = known.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return 'No pair of these values fits together.';
  return `${won} of ${known.length} pairs made money; the middle one ${showSignedPercent(middle, 1)}.`;
}

function Cell(props: {
  readonly value: number | null;
  /** Which way is up: 0 for neither. */
  readonly sign: -1 | 0 | 1;
  readonly full: number;
  readonly text: (value: number) => string;
  readonly isOwn: boolean;
  readonly where: string;
  readonly onPick: () => void;
}) {
  const { value, sign, full, text, isOwn, where, onPick } = props;
  if (value === null) return <span className="sr-only">{NONE}</span>;
  const { tone, weight } = toneOf(sign * value, full);
  return (
    <button
      type="button"
      className="map-cell"
      data-tone={tone}
      data-own={isOwn}
      style={{ '--weight': weight } as React.CSSProperties}
      aria-label={`${where}: ${text(value)}`}
      onClick={onPick}
    >
      {text(value)}
    </button>
  );
}
