import { type Candle, TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import type { LineUpEntry } from '../domain/ensemble.ts';
import type { CandleRow, EngineEvent, FeaturesComputed } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Stage } from '../kernel/stage.ts';
import { NOTHING_KNOWN } from './bar-context.ts';
import { createContextTape, referenceOf } from './context-tape.ts';
import { type FeatureSet, FeatureSetState, featureSetHash } from './feature-set.ts';

/** One feature set computed over the candles of one timeframe, for every instrument. */
export interface FeatureStream {
  readonly timeframe: Timeframe;
  readonly set: FeatureSet;
}

/** Streams that come and go with the models of the line-up. */
export interface LineUpStreams {
  /** What a version looks at; null where it is not known. */
  streamOf(model: string, version: string): FeatureStream | null;
  /** Closed candles of every instrument, oldest first: what a stream that has just come begins with. */
  past(timeframe: Timeframe): Iterable<readonly [InstrumentId, readonly CandleRow[]]>;
}

const NONE_COME: LineUpStreams = { streamOf: () => null, past: () => [] };

/** Candles kept per series, to start again from when one is corrected: features depend on no more than this. */
const CANDLES_KEPT = 720;

interface Series {
  candles: CandleRow[];
  state: FeatureSetState;
  values: Float64Array | null;
  /** Of the kept candles that have features, oldest first. */
  rows: Float64Array[];
}

export interface FeaturesView {
  /** The last rows of an instrument's features, oldest first; none where nobody computes them. */
  rows(timeframe: Timeframe, featureSet: string, instrumentId: InstrumentId): readonly Float64Array[];
}

const toCandle = ([openTimeMs, open, high, low, close, volume]: CandleRow): Candle => ({
  openTimeMs,
  open,
  high,
  low,
  close,
  volume,
});

const streamKey = ({ timeframe, set }: FeatureStream): string => `${timeframe} ${set.name}`;

/**
 * Features of every closed candle, by the one definition that training uses too.
 * @param begun streams from the start on; `coming` brings those that models of a later line-up look at
 */
export function createFeaturesStage(
  begun: readonly FeatureStream[],
  coming: LineUpStreams = NONE_COME,
): Stage & { readonly view: FeaturesView } {
  const streams = new Map<string, FeatureStream>();
  const seriesOf = new Map<FeatureStream, Map<InstrumentId, Series>>();
  const contextTimeframes: Timeframe[] = [];
  const tape = createContextTape(contextTimeframes);
  /** Streams that the event applied last has brought. */
  let arrived: readonly FeatureStream[] = [];

  const open = (stream: FeatureStream): void => {
    streams.set(streamKey(stream), stream);
    seriesOf.set(stream, new Map());
    const { set, timeframe } = stream;
    if (set.usesContext && !contextTimeframes.includes(timeframe)) contextTimeframes.push(timeframe);
  };
  for (const stream of begun) open(stream);

  const advance = (stream: FeatureStream, instrumentId: InstrumentId, series: Series, row: CandleRow): void => {
    const { set, timeframe } = stream;
    const context = set.usesContext ? tape.contextOf(instrumentId, timeframe, row[0]) : NOTHING_KNOWN;
    series.values = series.state.update(toCandle(row), context);
    if (series.values) series.rows.push(series.values);
  };

  const rebuild = (stream: FeatureStream, instrumentId: InstrumentId, candles: readonly CandleRow[]): void => {
    const series: Series = {
      candles: candles.slice(-CANDLES_KEPT),
      state: new FeatureSetState(stream.set),
      values: null,
      rows: [],
    };
    for (const row of series.candles) advance(stream, instrumentId, series, row);
    seriesOf.get(stream)?.set(instrumentId, series);
  };

  const append = (stream: FeatureStream, instrumentId: InstrumentId, row: CandleRow): void => {
    const series = seriesOf.get(stream)?.get(instrumentId);
    if (!series) {
      rebuild(stream, instrumentId, [row]);
      return;
    }
    const lastOpenMs = series.candles.at(-1)?.[0] ?? -1;
    if (row[0] <= lastOpenMs) {
      series.values = null;
      return;
    }
    series.candles.push(row);
    if (series.candles.length > CANDLES_KEPT) series.candles.shift();
    advance(stream, instrumentId, series, row);
    if (series.rows.length > CANDLES_KEPT) series.rows.shift();
  };

  const correct = (stream: FeatureStream, instrumentId: InstrumentId, row: CandleRow): void => {
    const series = seriesOf.get(stream)?.get(instrumentId);
    if (!series) return;
    rebuild(
      stream,
      instrumentId,
      series.candles.map((known) => (known[0] === row[0] ? row : known)),
    );
  };

  /** What an instrument's past is now known to be changes the features of those that it is the reference of. */
  const rebuildReferring = (reference: InstrumentId, timeframe: Timeframe): void => {
    for (const stream of streams.values()) {
      if (stream.timeframe !== timeframe || !stream.set.usesContext) continue;
      for (const [id, series] of seriesOf.get(stream) ?? []) {
        if (referenceOf(id) === reference) rebuild(stream, id, series.candles);
      }
    }
  };

  const forEachStream = (timeframe: Timeframe, run: (stream: FeatureStream) => void): void => {
    for (const stream of streams.values()) if (stream.timeframe === timeframe) run(stream);
  };

  /** Who has just come looks at what is there of its candles; what nobody looks at any more is let go. */
  const setLineUp = (models: readonly LineUpEntry[]): void => {
    const wanted = [...begun, ...models.flatMap(({ model, version }) => coming.streamOf(model, version) ?? [])];
    const kept = new Map(wanted.map((stream) => [streamKey(stream), stream]));
    for (const [key, stream] of streams) {
      if (kept.has(key)) continue;
      streams.delete(key);
      seriesOf.delete(stream);
    }
    arrived = [...kept].flatMap(([key, stream]) => (streams.has(key) ? [] : [stream]));
    for (const stream of arrived) {
      open(stream);
      const past = [...coming.past(stream.timeframe)].filter(([, candles]) => candles.length > 0);
      if (stream.set.usesContext) {
        const { timeframe } = stream;
        for (const [instrumentId, candles] of past)
          tape.apply({ kind: 'HistoryLoaded', instrumentId, timeframe, candles });
      }
      for (const [instrumentId, candles] of past) rebuild(stream, instrumentId, candles);
    }
  };

  const computed = (
    { timeframe, set }: FeatureStream,
    instrumentId: InstrumentId,
    { values, closeTimeMs }: { values: Float64Array; closeTimeMs: number },
    fromHistory: boolean,
  ): FeaturesComputed => ({
    kind: 'FeaturesComputed',
    instrumentId,
    timeframe,
    candleCloseTimeMs: closeTimeMs,
    featureSet: set.name,
    featureSetHash: featureSetHash(set),
    values: [...values],
    fromHistory,
  });

  return {
    name: 'features',
    apply(event: EngineEvent) {
      arrived = [];
      if (contextTimeframes.length > 0) tape.apply(event);
      switch (event.kind) {
        case 'EngineStarted':
          for (const series of seriesOf.values()) series.clear();
          return;
        case 'HistoryLoaded':
          forEachStream(event.timeframe, (stream) => rebuild(stream, event.instrumentId, event.candles));
          return rebuildReferring(event.instrumentId, event.timeframe);
        case 'CandleClosed':
          return forEachStream(event.timeframe, (stream) => append(stream, event.instrumentId, event.candle));
        case 'CandleCorrected':
          forEachStream(event.timeframe, (stream) => correct(stream, event.instrumentId, event.venues));
          return rebuildReferring(event.instrumentId, event.timeframe);
        case 'LineUpSet':
          return setLineUp(event.models);
        default:
      }
    },
    handle(event, context) {
      for (const stream of arrived) {
        for (const [instrumentId, { values, candles }] of seriesOf.get(stream) ?? []) {
          const closeTimeMs = (candles.at(-1)?.[0] ?? 0) + TIMEFRAME_MS[stream.timeframe];
          const isLast = context.nowMs - closeTimeMs < TIMEFRAME_MS[stream.timeframe];
          if (values && isLast) context.emit(computed(stream, instrumentId, { values, closeTimeMs }, true));
        }
      }
      if (event.kind !== 'HistoryLoaded' && event.kind !== 'CandleClosed') return;
      forEachStream(event.timeframe, (stream) => {
        const series = seriesOf.get(stream)?.get(event.instrumentId);
        const last = series?.candles.at(-1);
        if (!series?.values || !last) return;
        const at = { values: series.values, closeTimeMs: last[0] + TIMEFRAME_MS[event.timeframe] };
        context.emit(computed(stream, event.instrumentId, at, event.kind === 'HistoryLoaded'));
      });
    },
    view: {
      rows(timeframe, featureSet, instrumentId) {
        const stream = streams.get(`${timeframe} ${featureSet}`);
        return (stream && seriesOf.get(stream)?.get(instrumentId)?.rows) ?? [];
      },
    },
  };
}
