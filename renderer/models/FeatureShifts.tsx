/** Each input of a model on one instrument beside training, the one that has moved most first. */
import { useState } from 'react';
import type { FeatureDrift, WatchedModel } from '../../preload/boards-contract.ts';
import { featureWords } from '../format/feature-words.ts';
import { showCount, showFloat, showPercent } from '../format/number.ts';
import { shiftMark } from './drift-words.ts';
import { useFormula } from './models-store.ts';
import { useBoard } from './use-board.ts';

const SHOWN = 8;

export function FeatureShifts(props: { model: WatchedModel; instrumentId: string; symbol: string }) {
  const { instrumentId, symbol } = props;
  const { model, version } = props.model;
  const board = useBoard(`${instrumentId} ${model} ${version}`, (client) =>
    client.featureDrift({ instrumentId, model, version }),
  );
  return (
    <section aria-label="Inputs" className="min-w-0">
      <h3 className="font-semibold">
        Inputs on {symbol}{' '}
        <span className="font-normal text-text3">▯ in training, ▮ the newest candles; PSI against its limit</span>
      </h3>
      {board.state === 'ready' ? (
        <Shifts drift={board.value} />
      ) : (
        <p className="min-h-[180px] py-1 text-text2" role={board.state === 'failed' ? 'alert' : undefined}>
          {board.state === 'failed' ? board.text : 'Holding them against training…'}
        </p>
      )}
    </section>
  );
}

function Shifts({ drift: { rows, windowBars, features } }: { drift: FeatureDrift }) {
  const [isAll, setAll] = useState(false);
  const formulaOf = useFormula();
  if (features.length === 0) {
    return (
      <p className="py-1 text-text2">
        {showCount(rows)} candles with features so far: {showCount(windowBars)} are held against training, and fewer say
        nothing.
      </p>
    );
  }
  const shown = isAll ? features : features.slice(0, SHOWN);
  return (
    <>
      <table className="mt-1">
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col">Where it lay and lies</th>
            <th scope="col">PSI</th>
            <th scope="col">Limit</th>
            <th scope="col" data-align="left">
              So
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((feature) => {
            const { sign, word, tone } = shiftMark(feature.psi, feature.psiLimit);
            return (
              <tr key={feature.name} data-feature={feature.name}>
                <td title={formulaOf(feature.name)}>{featureWords(feature.name)}</td>
                <td>
                  <Histograms feature={feature} />
                </td>
                <td className="font-semibold">{showFloat(feature.psi, 2)}</td>
                <td className="text-text2">{showFloat(feature.psiLimit, 2)}</td>
                <td data-align="left" className={tone}>
                  <span aria-hidden="true">{sign}</span> {word}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {features.length > SHOWN ? (
        <button type="button" className="button button-quiet mt-1" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? 'The worst only' : `All ${features.length}`}
        </button>
      ) : null}
    </>
  );
}

const [WIDTH, HEIGHT] = [176, 24];

function Histograms({ feature: { name, training, live } }: { feature: FeatureDrift['features'][number] }) {
  const most = Math.max(0.01, ...training, ...live);
  const step = WIDTH / training.length;
  const bar = Math.max(1, step / 2 - 1);
  const heightOf = (share: number): number => (share / most) * HEIGHT;
  const words = training.map((share, at) => `${showPercent(share)} and ${showPercent(live[at] ?? 0)}`).join('; ');
  return (
    <svg
      viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
      width={WIDTH}
      height={HEIGHT + 2}
      role="img"
      aria-label={`${featureWords(name)}, in training and now by bins: ${words}`}
      className="ml-auto"
    >
      {training.map((share, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bin's place is what it is
        <g key={at}>
          <rect
            x={at * step + 0.5}
            y={HEIGHT - heightOf(share)}
            width={bar}
            height={heightOf(share)}
            fill="var(--bg3)"
            stroke="var(--text3)"
            strokeWidth="0.8"
          />
          <rect
            x={at * step + bar + 1}
            y={HEIGHT - heightOf(live[at] ?? 0)}
            width={bar}
            height={heightOf(live[at] ?? 0)}
            fill="var(--info)"
          />
        </g>
      ))}
      <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} stroke="var(--line-strong)" />
    </svg>
  );
}
