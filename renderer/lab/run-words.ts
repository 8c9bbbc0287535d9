/** Runs in words: what was run, how it stands. */
import type { CandleSource, LabCatalogue, LabRun, RunPlan } from '../../preload/lab-contract.ts';
import { showCount, showFloat } from '../format/number.ts';

export const RUN_STATES: Record<LabRun['state'], { readonly word: string; readonly tone: string }> = {
  waiting: { word: '◌ waiting', tone: 'info' },
  running: { word: '▶ running', tone: 'info' },
  done: { word: '● done', tone: 'good' },
  failed: { word: '✕ failed', tone: 'bad' },
  cancelled: { word: '■ cancelled', tone: 'warn' },
};

/** `BTC/USDT 1h`, or the file's name without its ending; of several one after another. */
export const sourceText = ({ sources }: RunPlan): string => [...new Set(sources.map(sourceName))].join(' + ');

function sourceName(source: CandleSource): string {
  if (source.kind === 'named') return `${source.name} ${source.timeframe}`.trim();
  if (source.kind === 'file') return fileName(source.path);
  if (source.kind === 'ticks') return `${source.paths.map(fileName).join(' + ')} ${source.timeframe}`;
  const symbol = source.instrumentId.slice(source.instrumentId.indexOf(':') + 1);
  return `${symbol.replace(/:.*$/, ' PERP')} ${source.timeframe}`;
}

const fileName = (path: string): string =>
  (path.split(/[/\\]/).at(-1) ?? path).replace(/\.(csv|csv\.gz|parquet|feed)$/i, '');

/** `enter at` of `enterAt`: as people say a parameter's name. */
export const paramWords = (name: string): string =>
  name.replace(/([a-z\d])([A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`);

const inWords = (params: readonly (readonly [string, number])[]): string =>
  params.map(([name, value]) => `${paramWords(name)} ${value}`).join(' · ');

/** `fast 10 · slow 30`. */
export const paramsText = ({ params }: RunPlan): string => inWords(Object.entries(params));

/** The parameters that are set otherwise than the strategy comes with. */
export function ownParamsText({ strategy, params }: RunPlan, catalogue: LabCatalogue | null): string {
  const declared = catalogue?.strategies.find(({ name }) => name === strategy)?.params ?? [];
  const own = Object.entries(params).filter(
    ([name, value]) => declared.find((each) => each.name === name)?.standard !== value,
  );
  return own.length === 0 ? 'standard parameters' : inWords(own);
}

/** Of each plan the parameters that are not the same in all. */
export function differingParams(plans: readonly RunPlan[]): readonly string[] {
  const names = [...new Set(plans.flatMap(({ params }) => Object.keys(params)))];
  const differing = names.filter((name) => plans.some(({ params }) => params[name] !== plans[0]?.params[name]));
  return plans.map(({ params }) =>
    inWords(differing.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]] as const]))),
  );
}

const PHASES = {
  reading: 'Reading candles',
  asking: 'Asking the model',
  searching: 'Searching',
  running: 'Running',
  judging: 'Judging',
  mapping: 'Mapping',
} as const;
/** What is counted in each. */
const UNITS = { asking: 'candles', searching: 'trials', running: 'bars', judging: 'parts', mapping: 'runs' } as const;

/** `Running: 12,000 of 52,416 bars`. */
export function progressText(progress: NonNullable<LabRun['progress']>): string {
  const { phase, done, total } = progress;
  if (phase === 'reading' || total === 0) return PHASES[phase];
  return `${PHASES[phase]}: ${showCount(done)} of ${showCount(total)} ${UNITS[phase]}`;
}

/** `1.3 M bars/s`. */
export function speedText(barsPerSecond: number): string {
  if (barsPerSecond >= 1e6) return `${showFloat(barsPerSecond / 1e6, 1)} M bars/s`;
  if (barsPerSecond >= 1e3) return `${showFloat(barsPerSecond / 1e3, 0)} k bars/s`;
  return `${showFloat(barsPerSecond, 0)} bars/s`;
}

/** How far a run is, 0 to 1. */
export const shareDone = ({ done, total }: NonNullable<LabRun['progress']>): number => (total === 0 ? 0 : done / total);

/** Letters of compared runs, in the order picked. */
export const LETTERS = 'ABCDEFGH';
