import type { Timeframe } from '../domain/candle.ts';
import type {
  EngineStarted,
  FillBooked,
  MarketBatchReceived,
  PredictionArrived,
  PredictionFailed,
  Rests,
  StrategySpoke,
  StrategySwitchedOff,
} from '../domain/events.ts';
import { type InstrumentId, isPerpetual } from '../domain/instrument.ts';
import type { Edge, Reason, TrackRecord, Vote } from '../domain/proposal.ts';
import type { Barrier } from './barrier.ts';
import type { CandleTape } from './candle-tape.ts';

/** How loud a stance is: `clear` may propose at once, `faint` only when the market has been quiet for a while. */
export type Strength = 'clear' | 'faint';

/** Of a stop or target: so far from the best quote, or a price. */
export type Level = { readonly away: number } | { readonly at: number };

/** Where a stance would put its stop and target. */
export interface Bracket {
  readonly stop: Level;
  /** Null for no target. */
  readonly target: Level | null;
}

/** What one member thinks of one instrument. `abstain` says why in `note` and never decides anything. */
export interface Opinion {
  readonly stance: Vote['stance'];
  readonly strength: Strength;
  /** Calibrated probability that the stance is right; null where nothing was measured. */
  readonly probability: number | null;
  readonly edge: Edge;
  readonly record: TrackRecord | null;
  readonly note: string;
  readonly reasons: readonly Reason[];
  /** Ranks faint stances of one strength against each other; larger is stronger. */
  readonly score: number;
  readonly bracket: Bracket | null;
  /** The most it would trade, in base; absent where it leaves that to the limits. */
  readonly qtyBaseMax?: number;
  /** Of a strategy that has spoken: all that it wants to rest in the instrument. Absent: it has no word, and what rests for it stays. */
  readonly rests?: Rests;
  /** This stance is to rest, by `rests`; absent where it takes. */
  readonly isToRest?: true;
  readonly modelHash: string | null;
  readonly candleCloseTimeMs: number;
}

/** The version that a member speaks for, and the question it answers: what its forecasts are settled by. */
export interface ModelSpeaker {
  readonly name: string;
  readonly version: string;
  readonly barrier: Barrier;
  readonly horizonBars: number;
  /** What its probabilities gained out of sample, by its card, in nats a forecast. */
  readonly skillOnCard: number;
}

/** A member of the ensemble. The `on…` methods are called while events are applied and are the only ones that change it. */
export interface Agent {
  readonly id: string;
  readonly label: string;
  readonly kind: 'model' | 'rule';
  /** Of a model. */
  readonly model?: ModelSpeaker;
  /** The candles it wants to see. */
  readonly timeframe: Timeframe;
  /** Perpetuals that it looks at besides all of spot; absent: none. Models and rules were measured on spot. */
  readonly perpetuals?: readonly InstrumentId[];
  /** How many of them its tape keeps at least; 128 where it is not said. */
  readonly barsKept?: number;
  onCandle(instrumentId: InstrumentId, tape: CandleTape): void;
  /** Other instruments of which its opinion changed at the candle it was shown last; absent where one candle concerns one instrument. */
  stirred?(): readonly InstrumentId[];
  /** Public trades and the best quote, as they come. */
  onMarket?(event: MarketBatchReceived): void;
  onFill?(event: FillBooked): void;
  onPrediction?(event: PredictionArrived): void;
  onPredictionFailed?(event: PredictionFailed): void;
  /** Of a strategy that runs outside: what it wants comes as an event, and is counted then and not at the candle's close. A start puts it on again. */
  onStrategy?(event: StrategySpoke | StrategySwitchedOff | EngineStarted): void;
  /** What any model said, also where it speaks for none. */
  onModel?(event: PredictionArrived): void;
  /** Reads; changes nothing. */
  opinion(instrumentId: InstrumentId, nowMs: number): Opinion;
}

export const abstaining = (note: string, edge: Edge, candleCloseTimeMs = 0): Opinion => ({
  stance: 'abstain',
  strength: 'faint',
  probability: null,
  edge,
  record: null,
  note,
  reasons: [],
  score: 0,
  bracket: null,
  modelHash: null,
  candleCloseTimeMs,
});

/** Whether candles of an instrument are shown to a member, and its word on it is asked for. */
export const looksAt = ({ perpetuals }: Agent, instrumentId: InstrumentId): boolean =>
  !isPerpetual(instrumentId) || (perpetuals?.includes(instrumentId) ?? false);
