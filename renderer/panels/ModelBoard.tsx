/** Each model and rule in a row: whether it runs, what its confidence has been worth, what it said last, how fast; opened, all of it. */
import { useId, useState } from 'react';
import type { Model } from '../../preload/contract.ts';
import { NONE as NONE_SIGN, showFloat, showMegabytes, showMilliseconds, showPercent } from '../format/number.ts';
import { instrumentOf, useDesk } from '../stores/desk-store.ts';
import { EnsembleBar } from './EnsembleBar.tsx';
import { ModelDetails } from './ModelDetails.tsx';
import { showFigure } from './model-figures.ts';
import { Empty, Panel } from './Panel.tsx';

const NONE: readonly Model[] = [];
const STATES: Record<Model['state'], { sign: string; word: string; tone: string }> = {
  loading: { sign: '◌', word: 'loading', tone: 'text-info' },
  ready: { sign: '●', word: 'ready', tone: 'text-up' },
  refused: { sign: '✕', word: 'refused', tone: 'text-down' },
  restarting: { sign: '↻', word: 'restarting', tone: 'text-seal-text' },
  expired: { sign: '✕', word: 'licence ended', tone: 'text-down' },
};
const EDGES: Record<Model['edge'], string> = {
  measured: 'edge measured',
  weak: 'weak edge',
  none: 'no edge here',
  unknown: 'edge unknown',
};

/** `of` is what the figure is called among those out of sample. */
const FIGURES = [
  { of: 'AUC', title: 'AUC', about: 'Out of sample: 0.5 is a coin' },
  {
    of: 'Calibration error',
    title: 'Off by',
    about: 'Calibration error out of sample: how far what it said was from what came',
  },
  { of: 'Net bps per trade', title: 'Net bps', about: 'A trade, out of sample, after costs' },
] as const;

export function ModelBoard() {
  const models = useDesk((desk) => desk.models, NONE);
  return (
    <Panel id="models">
      {models.length === 0 ? (
        <Empty title="No models yet">Models load from the models folder when the engine starts.</Empty>
      ) : (
        <>
          <table className="table model-rows" aria-label="Models and rules">
            <thead>
              <tr>
                <th data-align="left">Member</th>
                <th data-align="left" title="Whether it votes, and how much its word counts">
                  Vote
                </th>
                <th data-align="left">Edge</th>
                <th data-align="left">Last said</th>
                {FIGURES.map(({ of, title, about }) => (
                  <th key={of} title={about}>
                    {title}
                  </th>
                ))}
                <th title="Of the forecasts that have settled while it ran here">Right live</th>
                <th title="99 of 100 answers came sooner">p99</th>
                <th>Memory</th>
                <th data-align="left">On</th>
              </tr>
            </thead>
            <tbody>
              {models.map((model) => (
                <ModelRows key={`${model.name}@${model.version}`} model={model} />
              ))}
            </tbody>
          </table>
          <EnsembleBar />
        </>
      )}
    </Panel>
  );
}

const COLUMNS = 8 + FIGURES.length;

function ModelRows({ model }: { model: Model }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { sign, word, tone } = STATES[model.state];
  const isTrusted = model.edge === 'measured' || model.edge === 'weak';
  const score = model.standing?.score;
  return (
    <>
      <tr data-model={`${model.name}@${model.version}`} data-open={isOpen}>
        <th scope="row" data-align="left">
          <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
            <span aria-hidden="true" className="w-2 shrink-0 text-text3">
              {isOpen ? '▾' : '▸'}
            </span>
            <span className={tone} aria-hidden="true">
              {sign}
            </span>
            <span className="truncate">{model.label}</span>
            <span className="font-normal text-text3">{model.version}</span>
            <span className={model.state === 'ready' ? 'sr-only' : `font-normal ${tone}`}>{word}</span>
          </button>
        </th>
        <td data-align="left" className="text-text2">
          {voteOf(model)}
        </td>
        <td data-align="left" className={isTrusted ? '' : 'text-text3'}>
          {EDGES[model.edge]}
        </td>
        <td data-align="left">
          {model.lastProbability === null ? (
            NONE_SIGN
          ) : (
            <>
              {showPercent(model.lastProbability)} <span className="text-text3">{symbolOf(model)}</span>
            </>
          )}
        </td>
        {FIGURES.map(({ of }) => (
          <td key={of}>{showFigure(of, model.outOfSample.find(({ name }) => name === of)?.value ?? null)}</td>
        ))}
        <td>
          {score ? (
            <>
              {showPercent(score.rightShare)} <span className="text-text3">of {score.settled}</span>
            </>
          ) : (
            NONE_SIGN
          )}
        </td>
        <td>{showMilliseconds(model.latencyMsP99)}</td>
        <td>{showMegabytes(model.memoryBytes)}</td>
        <td data-align="left" className="text-text2">
          {model.kind === 'rule' ? 'rule' : (model.provider?.toUpperCase() ?? NONE_SIGN)}
        </td>
      </tr>
      {isOpen ? (
        <tr className="model-details" ref={showWhole}>
          <td id={id} colSpan={COLUMNS}>
            <ModelDetails model={model} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** What a row opens to is scrolled to where it ends below the edge. */
const showWhole = (details: HTMLElement | null): void => details?.scrollIntoView({ block: 'nearest' });

/** `× 1.00`; a rule has no weight to set. */
function voteOf({ standing }: Model): string {
  if (!standing) return 'votes';
  return standing.role === 'shadow' ? 'shadow' : `× ${showFloat(standing.trust ?? 1, 2)}`;
}

const symbolOf = ({ lastInstrumentId: id }: Model): string => (id === null ? '' : (instrumentOf(id)?.symbol ?? id));
