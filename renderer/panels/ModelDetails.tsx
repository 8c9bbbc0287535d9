/** All that is known of a model or rule: where it runs and how fast, what its confidence has been worth, its place among the others. */
import type { Model } from '../../preload/contract.ts';
import { featuresInWords } from '../format/feature-words.ts';
import { NONE, realMinus, showMegabytes, showMilliseconds, showPercent } from '../format/number.ts';
import { showAgo, showDay } from '../format/time.ts';
import { engineNowMs, instrumentOf } from '../stores/desk-store.ts';
import { ModelPlace } from './ModelPlace.tsx';
import { groupFigures, showFigure } from './model-figures.ts';
import { recordSentence } from './ProposalFacts.tsx';
import { ReliabilityDiagram } from './ReliabilityDiagram.tsx';

export function ModelDetails({ model }: { model: Model }) {
  return (
    <section aria-label={`${model.label} ${model.version}`} className="flex gap-4">
      <div className="min-w-0 max-w-[860px] flex-1">
        <p className="text-[11px] text-text3">
          <Machine model={model} />
        </p>
        <Figures model={model} />
        <LastSaid model={model} />
        {model.standing ? <ModelPlace model={model} standing={model.standing} /> : null}
        {model.note ? (
          <p
            className={`mt-1 leading-[15px] ${model.state === 'refused' || model.state === 'expired' ? 'text-down' : 'text-[11px] text-text2'}`}
          >
            {featuresInWords(realMinus(model.note))}
          </p>
        ) : null}
      </div>
      {model.reliability.length > 0 ? <ReliabilityDiagram buckets={model.reliability} /> : null}
    </section>
  );
}

/** Where it runs and how fast, in one line. */
function trainedText({ trainedFromMs, trainedToMs }: Model): string | null {
  if (trainedToMs === null) return null;
  return trainedFromMs === null
    ? `made elsewhere, had learnt until ${showDay(trainedToMs - 1)}`
    : `trained ${showDay(trainedFromMs)} to ${showDay(trainedToMs)}`;
}

function Machine({ model }: { model: Model }) {
  const parts = [
    model.kind === 'rule' ? 'a rule, no model' : `on ${model.provider?.toUpperCase() ?? NONE}`,
    model.timeframe === null ? null : `${model.timeframe} candles`,
    model.latencyMsLast === null ? null : `last ${showMilliseconds(model.latencyMsLast)}`,
    model.latencyMsP99 === null ? null : `p99 ${showMilliseconds(model.latencyMsP99)}`,
    model.memoryBytes === null ? null : showMegabytes(model.memoryBytes),
    trainedText(model),
    model.licensedUntilMs === null ? null : `licensed until ${showDay(model.licensedUntilMs)}`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

/** Out-of-sample figures: those named `part: figure` as a table by part, the rest in a line. */
function Figures({ model }: { model: Model }) {
  const { loose, rows, columns } = groupFigures(model.outOfSample);
  return (
    <>
      {model.record ? <p className="mt-1">{recordSentence(model.record)}</p> : null}
      {loose.length > 0 ? (
        <dl className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-[11px] text-text3">
          {loose.map((figure) => (
            <div key={figure.name} className="flex gap-1" title={figure.note}>
              <dt>{figure.name}</dt>
              <dd className="text-text1">{showFigure(figure.name, figure.value)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {rows.length > 0 ? (
        <table className="mt-1 text-[11px] leading-[17px]" aria-label={`${model.label}, out of sample`}>
          <thead>
            <tr className="text-text3">
              <th className="pr-5 text-left font-normal">out of sample</th>
              {columns.map((column) => (
                <th key={column} className="pr-5 text-right font-normal">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.part}>
                <td className="pr-5 text-text2">{row.part}</td>
                {columns.map((column) => (
                  <td key={column} className="pr-5 text-right" title={row.figures.get(column)?.note}>
                    {showFigure(column, row.figures.get(column)?.value ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </>
  );
}

function LastSaid({ model }: { model: Model }) {
  if (model.lastAtMs === null) return null;
  const symbol = model.lastInstrumentId ? (instrumentOf(model.lastInstrumentId)?.symbol ?? model.lastInstrumentId) : '';
  return (
    <p className="mt-1 text-[11px] text-text2">
      Last said {showPercent(model.lastProbability)} on {symbol}, {showAgo(engineNowMs() - model.lastAtMs)} ago
    </p>
  );
}
