/** The set-up form's draft: text as typed, turned into a plan or into a sentence beside each field that is wrong. Pure. */
import type { CandleSource, LabCatalogue, LabShelves, RunPlan } from '../../preload/lab-contract.ts';
import { type AxisDraft, axisAround, axisOf, NO_AXIS } from './axis-draft.ts';
import { dayText, lastDayText, spanOfDays } from './draft-days.ts';
import { numberIn, plain } from './draft-numbers.ts';
import type { Catalogue } from './lab-store.ts';
import { type SearchDraft, searchDraftOf, searchFor, searchOf } from './search-draft.ts';
import { FIRST_SIGNING, mandateOf, personOf, type SigningDraft, signingDraftOf } from './signing-draft.ts';

type Timeframe = Extract<CandleSource, { kind: 'instrument' }>['timeframe'];
type Strategy = LabCatalogue['strategies'][number];
type Settings = RunPlan['settings'];

export interface SourceDraft {
  readonly kind: Exclude<CandleSource['kind'], 'named'>;
  readonly instrumentId: string;
  readonly timeframe: Timeframe;
  readonly path: string;
  /** `binance:BTC/USDT 1h`, of what is stored. */
  readonly stored: string;
  /** Beside the path of depth or of a feed; empty where that holds them. */
  readonly tradesPath: string;
}

export interface RunDraft {
  readonly strategy: string;
  /** By parameter. */
  readonly params: Readonly<Record<string, string>>;
  /** One an instrument. */
  readonly sources: readonly SourceDraft[];
  /** Days in UTC, both included: `2026-01-31`. Empty: as far as there are candles. */
  readonly fromDay: string;
  readonly toDay: string;
  readonly costs: Readonly<Record<CostKey, string>>;
  readonly shorts: boolean;
  /** What is run beside the run itself. */
  readonly mode: RunMode;
  readonly x: AxisDraft;
  readonly y: AxisDraft;
  readonly search: SearchDraft;
  /** A map and a search are the strategy's own: there everything is signed at once. */
  readonly signing: SigningDraft;
  /** Name of a model; empty for none. */
  readonly model: string;
}

export type RunMode = 'one' | 'map' | 'search';

export type CostKey = Exclude<keyof Settings, 'shorts'>;

export interface CostField {
  readonly key: CostKey;
  readonly label: string;
  readonly unit: string;
  /** What is typed, of what is sent: 100 for per cent. */
  readonly scale: number;
  readonly least: number;
  readonly most: number;
  readonly hint: string;
}

export const COST_FIELDS: readonly CostField[] = [
  { key: 'cashQuote', label: 'Cash', unit: 'quote', scale: 1, least: 1, most: 1e12, hint: 'at the start' },
  { key: 'makerFee', label: 'Maker fee', unit: '%', scale: 100, least: -1, most: 10, hint: 'orders that rest' },
  { key: 'takerFee', label: 'Taker fee', unit: '%', scale: 100, least: 0, most: 10, hint: 'orders that take' },
  { key: 'slippageBps', label: 'Slippage', unit: 'bps', scale: 1, least: 0, most: 1_000, hint: 'half the spread' },
  { key: 'impact', label: 'Impact', unit: '× √', scale: 1, least: 0, most: 10, hint: 'of size on price; 0 for none' },
  { key: 'latencyMs', label: 'Latency', unit: 'ms', scale: 1, least: 0, most: 600_000, hint: 'close to fill' },
  { key: 'leverageMax', label: 'Leverage', unit: '×', scale: 1, least: 0.01, most: 125, hint: 'position over equity' },
];

/** Errors by field: `strategy`, `params.fast`, `sources`, `sources.0.path`, `fromDay`, `costs.takerFee`, `model`, `signing.notional`, `x`, `y.from`, `search.trials`, `search.fast`. */
export type DraftErrors = Readonly<Record<string, string>>;

export type DraftResult =
  | { readonly ok: true; readonly plan: RunPlan }
  | { readonly ok: false; readonly errors: DraftErrors };

type StoredCandles = LabShelves['stored'][number];

export const storedKey = ({ instrumentId, timeframe }: Pick<StoredCandles, 'instrumentId' | 'timeframe'>): string =>
  `${instrumentId} ${timeframe}`;

export function draftFor({ strategies, settings, stored }: Catalogue, instrumentId: string): RunDraft {
  const first = strategies[0];
  const costs = COST_FIELDS.map(({ key, scale }) => [key, plain(settings[key] * scale)]);
  return withStrategy(
    {
      strategy: '',
      params: {},
      sources: [
        {
          ...{ kind: 'instrument', instrumentId, timeframe: '1h', path: '', tradesPath: '' },
          stored: stored[0] ? storedKey(stored[0]) : '',
        },
      ],
      fromDay: '',
      toDay: '',
      costs: Object.fromEntries(costs) as Record<CostKey, string>,
      shorts: settings.shorts,
      mode: 'one',
      x: NO_AXIS,
      y: NO_AXIS,
      search: searchFor(undefined),
      signing: FIRST_SIGNING,
      model: '',
    },
    first,
  );
}

/** A map has two parameters, a search one at least. */
export const isMode = (mode: RunMode, params: number): boolean =>
  params >= (mode === 'map' ? 2 : mode === 'search' ? 1 : 0);

/** The draft with another strategy and its standard values. */
export function withStrategy(draft: RunDraft, strategy: Strategy | undefined): RunDraft {
  const params = strategy?.params ?? [];
  return {
    ...draft,
    strategy: strategy?.name ?? '',
    sources: sourcesFor(draft.sources, strategy?.instruments ?? 1),
    params: Object.fromEntries(params.map(({ name, standard }) => [name, plain(standard)])),
    x: axisAround(params[0]),
    y: axisAround(params[1]),
    search: searchFor(strategy),
    mode: isMode(draft.mode, params.length) ? draft.mode : 'one',
  };
}

/** The draft with the terminal's first instrument where none was there yet to begin with. */
export function withInstrument(draft: RunDraft, instrumentId: string): RunDraft {
  const [first] = draft.sources;
  return first?.instrumentId === '' && instrumentId !== ''
    ? { ...draft, sources: draft.sources.with(0, { ...first, instrumentId }) }
    : draft;
}

/** As many sources as the strategy looks at together: those there are, then more like the last. */
function sourcesFor(sources: readonly SourceDraft[], together: number): readonly SourceDraft[] {
  const last = sources.at(-1)!;
  return Array.from({ length: together }, (_, at) => {
    const source = sources[at] ?? { ...last, instrumentId: '', path: '', stored: '' };
    // A recording is of one instrument.
    return together > 1 && source.kind === 'ticks' ? { ...source, kind: 'instrument' } : source;
  });
}

/** A draft that would run this plan again. */
export function draftOf(plan: RunPlan, draft: RunDraft, strategy: Strategy | undefined): RunDraft {
  const fresh = withStrategy(draft, strategy);
  const { sources, settings } = plan;
  const params = Object.entries(plan.params).map(([name, value]) => [name, plain(value)]);
  const costs = COST_FIELDS.map(({ key, scale }) => [key, plain(settings[key] * scale)]);
  return {
    ...fresh,
    params: { ...fresh.params, ...Object.fromEntries(params) },
    sources: sources.map((source) => ({ ...fresh.sources[0]!, ...sourceDraft(source) })),
    fromDay: plan.fromMs === null ? '' : dayText(plan.fromMs),
    toDay: plan.toMs === null ? '' : lastDayText(plan.toMs),
    costs: Object.fromEntries(costs) as Record<CostKey, string>,
    shorts: settings.shorts,
    mode: plan.map ? 'map' : plan.search ? 'search' : 'one',
    search: plan.search ? searchDraftOf(plan.search, strategy) : fresh.search,
    signing: signingDraftOf(plan),
    model: plan.model ?? '',
  };
}

function sourceDraft(source: CandleSource): Partial<SourceDraft> {
  switch (source.kind) {
    case 'file':
      return { kind: 'file', path: source.path };
    case 'ticks': {
      const [path = '', ...others] = source.paths;
      return { kind: 'ticks', path, tradesPath: others.join(', '), timeframe: source.timeframe };
    }
    // Whoever sets it up again knows where the file lies.
    case 'named':
      return { kind: 'file', path: '' };
    case 'stored':
      return { kind: 'stored', stored: storedKey(source) };
    case 'instrument':
      return { kind: 'instrument', instrumentId: source.instrumentId, timeframe: source.timeframe };
  }
}

/** The plan that a draft stands for, or what is wrong with it. */
export function planOf(draft: RunDraft, catalogue: LabCatalogue): DraftResult {
  const errors: Record<string, string> = {};
  const strategy = catalogue.strategies.find(({ name }) => name === draft.strategy);
  if (!strategy) return { ok: false, errors: { strategy: 'Which strategy?' } };
  const params: Record<string, number> = {};
  for (const parameter of strategy.params) {
    const value = numberIn(draft.params[parameter.name] ?? '', parameter);
    if (typeof value === 'string') errors[`params.${parameter.name}`] = value;
    else params[parameter.name] = value;
  }
  const settings: Record<string, number> = {};
  for (const field of COST_FIELDS) {
    const value = numberIn(draft.costs[field.key], { ...field, whole: false });
    if (typeof value === 'string') errors[`costs.${field.key}`] = value;
    else settings[field.key] = Number((value / field.scale).toPrecision(12));
  }
  for (const [at, source] of draft.sources.entries()) {
    const missing = missingOf(source);
    if (missing) errors[`sources.${at}.${missing.field}`] = missing.text;
  }
  const isReplay = isOfTicks(draft);
  const span = isReplay ? { fromMs: null, toMs: null } : spanOfDays(draft, errors);
  if (strategy.wantsModel && isReplay)
    errors['strategy'] = 'It acts on a model’s word, and models are asked about candles.';
  else if (strategy.wantsModel && draft.model === '')
    errors['model'] = 'It acts on a model’s word: which one is asked?';
  const mandate = isSigned(draft) ? mandateOf(draft.signing, errors) : null;
  const person = isSigned(draft) ? personOf(draft.signing, errors) : null;
  const search = modeOf(draft) === 'search' ? searchOf(draft.search, strategy, errors) : null;
  const map =
    modeOf(draft) === 'map'
      ? { x: axisOf('x', draft.x, strategy, errors), y: axisOf('y', draft.y, strategy, errors) }
      : null;
  if (map && draft.x.name === draft.y.name) errors['y'] = 'Another parameter than the one across.';
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return {
    ok: true,
    plan: {
      strategy: strategy.name,
      params,
      sources: draft.sources.map(sourceOf),
      ...span,
      settings: { ...(settings as unknown as Settings), shorts: draft.shorts },
      map: map as RunPlan['map'],
      search,
      mandate,
      person,
      model: draft.model === '' || isReplay || !hearsModels(strategy) ? null : draft.model,
    },
  };
}

/** Of the user's own nobody knows whether they listen. */
export const hearsModels = ({ wantsModel, isOwn }: Strategy): boolean => wantsModel || isOwn;

/** Whether recorded depth and trades are replayed: one run, of one instrument, everything signed at once. */
export const isOfTicks = ({ sources }: Pick<RunDraft, 'sources'>): boolean =>
  sources.some(({ kind }) => kind === 'ticks');

/** What is run beside the run itself, where that can be. */
export const modeOf = (draft: Pick<RunDraft, 'mode' | 'sources'>): RunMode => (isOfTicks(draft) ? 'one' : draft.mode);

/** Whether somebody's or a mandate's signature can be tried with it. */
export const isSigned = (draft: Pick<RunDraft, 'mode' | 'sources'>): boolean =>
  modeOf(draft) === 'one' && !isOfTicks(draft);

function missingOf({ kind, path, stored, instrumentId }: SourceDraft) {
  if (kind === 'ticks' && path.trim() === '')
    return { field: 'path', text: 'Which recording? Its path on this machine.' };
  if (kind === 'file' && path.trim() === '') return { field: 'path', text: 'Which file? Its path on this machine.' };
  if (kind === 'stored' && stored === '') return { field: 'stored', text: 'Which of the downloaded ones?' };
  if (kind === 'instrument' && instrumentId === '') return { field: 'instrumentId', text: 'Which instrument?' };
  return null;
}

export function sourceOf({ kind, instrumentId, timeframe, path, tradesPath, stored }: SourceDraft): CandleSource {
  switch (kind) {
    case 'ticks': {
      const paths = [path, ...tradesPath.split(',')].map((each) => each.trim()).filter((each) => each !== '');
      return { kind: 'ticks', paths, timeframe };
    }
    case 'file':
      return { kind: 'file', path: path.trim() };
    case 'stored': {
      const cut = stored.lastIndexOf(' ');
      return { kind: 'stored', instrumentId: stored.slice(0, cut), timeframe: stored.slice(cut + 1) as Timeframe };
    }
    case 'instrument':
      return { kind: 'instrument', instrumentId, timeframe };
  }
}
