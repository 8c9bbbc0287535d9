/** Each model and rule: whether it runs, how fast, and what its confidence has been worth out of sample. */
import type { Model } from '../../preload/contract.ts';
import { featuresInWords } from '../format/feature-words.ts';
import { NONE as NONE_SIGN, realMinus, showMegabytes, showMilliseconds, showPercent } from '../format/number.ts';
import { showAgo, showDay } from '../format/time.ts';
import { engineNowMs, instrumentOf, useDesk } from '../stores/desk-store.ts';
import { EnsembleBar } from './EnsembleBar.tsx';
import { ModelPlace } from './ModelPlace.tsx';
import { groupFigures, showFigure } from './model-figures.ts';
import { Empty, Panel } from './Panel.tsx';
import { recordSentence } from './ProposalFacts.tsx';
import { ReliabilityDiagram } from './ReliabilityDiagram.tsx';

const NONE: readonly Model[] = [];
const STATES: Record<Model['state'], { word: string; tone: string }> = {
  loading: { word: '◌ loading', tone: 'info' },
  ready: { word: '● ready', tone: 'good' },
  refused: { word: '✕ refused', tone: 'bad' },
  restarting: { word: '↻ restarting', tone: 'warn' },
  expired: { word: '✕ licence ended', tone: 'bad' },
};
const EDGES: Record<Model['edge'], string> = {
  measured: 'edge measured',
  weak: 'weak edge',
  none: 'no edge here',
  unknown: 'edge unknown',
};

export function ModelBoard() {
  const models = useDesk((desk) => desk.models, NONE);
  return (
    <Panel id="models">
      {models.length === 0 ? (
        <Empty title="No models yet">Models load from the models folder when the engine starts.</Empty>
      ) : (
        <>
          <EnsembleBar />
          <ul className="grid grid-cols-[repeat(auto-fit,minmax(430px,1fr))] gap-2 p-2">
            {models.map((model) => (
              <ModelCard key={`${model.name}@${model.version}`} model={model} />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function ModelCard({ model }: { model: Model }) {
  const state = STATES[model.state];
  const isTrusted = model.edge === 'measured' || model.edge === 'weak';
  return (
    <li className="flex gap-3 rounded-lg border border-line bg-bg2 p-2.5">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2">
          <h2 className="font-semibold">{model.label}</h2>
          <span className="text-text3">{model.version}</span>
          <span className="chip" data-tone={state.tone}>
            {state.word}
          </span>
          {model.standing?.role === 'shadow' ? <span className="chip">shadow</span> : null}
          <span className={`ml-auto font-medium ${isTrusted ? 'text-text1' : 'text-text3'}`}>{EDGES[model.edge]}</span>
        </div>
        <p className="mt-0.5 text-[11px] text-text3">
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
    </li>
  );
}

/** Where it runs and how fast, in one line. */
function Machine({ model }: { model: Model }) {
  const parts = [
    model.kind === 'rule' ? 'a rule, no model' : `on ${model.provider?.toUpperCase() ?? NONE_SIGN}`,
    model.timeframe === null ? null : `${model.timeframe} candles`,
    model.latencyMsLast === null ? null : `last ${showMilliseconds(model.latencyMsLast)}`,
    model.latencyMsP99 === null ? null : `p99 ${showMilliseconds(model.latencyMsP99)}`,
    model.memoryBytes === null ? null : showMegabytes(model.memoryBytes),
    model.trainedFromMs !== null && model.trainedToMs !== null
      ? `trained ${showDay(model.trainedFromMs)} to ${showDay(model.trainedToMs)}`
      : null,
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
