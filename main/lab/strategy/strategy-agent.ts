import { type Agent, abstaining } from '../../engine/decision/agent.ts';
import type { CandleTape } from '../../engine/decision/candle-tape.ts';
import type { Candle, Timeframe } from '../../engine/domain/candle.ts';
import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import type { PredictionArrived } from '../../engine/domain/events.ts';
import { type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { StrategyAccount } from '../../engine/strategy-account.ts';
import type { SupposedEdge } from '../backtest/mandate-signer.ts';
import type { StrategyDefinition } from './strategy.ts';
import { inOrder, StrategyRunner, type WishDesk } from './strategy-runner.ts';
import { heldOf, wishOpinion } from './wish-opinion.ts';

/** Candles kept for a new start after a correction or a reconnect. */
export const BARS_KEPT = 600;

/**
 * A strategy as a member of the ensemble: what it wants at a candle's close is its stance there. It proposes like the others; size,
 * limits and signature are not its own.
 * @param instruments in the order in which the strategy counts them; one of a strategy that looks at one instrument
 */
export function createStrategyAgent(
  strategy: StrategyDefinition,
  params: Readonly<Record<string, number>>,
  timeframe: Timeframe,
  account: StrategyAccount,
  instruments: readonly InstrumentId[],
  supposed: SupposedEdge | null = null,
): Agent {
  const held = instruments.map((id) => heldOf(id, account));
  const runner = new StrategyRunner(strategy, params, TIMEFRAME_MS[timeframe], held);
  const deskOf = (instrument: number): WishDesk => runner.desks[instrument] as WishDesk;
  const tapes = instruments.map((): readonly Candle[] => []);
  const seenMs = instruments.map(() => Number.NEGATIVE_INFINITY);
  const closeMs = instruments.map(() => 0);
  const close = instruments.map(() => Number.NaN);
  let isShown = false;

  /** A model's word at the close of the candle it was shown last; one that comes late is no word. */
  const hear = ({ instrumentId, timeframe: own, candleCloseTimeMs, probability, late }: PredictionArrived): void => {
    const instrument = instruments.indexOf(instrumentId);
    if (instrument < 0 || late || own !== timeframe || candleCloseTimeMs !== closeMs[instrument]) return;
    runner.hear(instrument, probability);
  };

  return {
    id: strategy.name,
    label: strategy.title,
    kind: 'rule',
    timeframe,
    barsKept: BARS_KEPT,
    perpetuals: instruments.filter(isPerpetual),
    onCandle(instrumentId: InstrumentId, tape: CandleTape) {
      const instrument = instruments.indexOf(instrumentId);
      const last = tape.last;
      isShown = instrument >= 0 && last !== null;
      if (instrument < 0 || !last) return;
      closeMs[instrument] = tape.closeTimeMs;
      close[instrument] = last.close;
      const isNext = followsOn(tape, seenMs[instrument] as number);
      seenMs[instrument] = last.openTimeMs;
      tapes[instrument] = tape.candles;
      if (isNext) runner.step(instrument, last);
      else runner.startAnew(inOrder(tapes));
    },
    stirred: () => (isShown ? runner.stirred.map((at) => instruments[at]!) : []),
    ...(runner.handlers.onPrediction && { onModel: hear }),
    onMarket(event) {
      const instrument = instruments.indexOf(event.instrumentId);
      if (instrument >= 0) runner.hearMarket(instrument, event);
    },
    onFill({ fill, restedFor }) {
      const instrument = instruments.indexOf(fill.instrumentId);
      if (instrument < 0) return;
      const { side, price, qtyBase, fee } = fill;
      const ours = { instrument, side, price: Number(price), qty: Number(qtyBase), fee: Number(fee) };
      runner.fill(ours, restedFor === strategy.name);
    },
    opinion(instrumentId, nowMs) {
      const instrument = instruments.indexOf(instrumentId);
      if (instrument < 0) return abstaining('does not look at it', 'unknown');
      const candleCloseTimeMs = closeMs[instrument] as number;
      if (!runner.isWarm) return abstaining('warming up', 'unknown', candleCloseTimeMs);
      const { wish, wishedMs, rests, nowMs: toldMs } = deskOf(instrument);
      const wanted = { wish, wishedMs, rests, toldMs, close: close[instrument]!, candleCloseTimeMs };
      return wishOpinion(strategy.name, wanted, held[instrument]!, nowMs, supposed);
    },
  };
}

/** Whether the tape's last candle is the next one for whoever saw a candle that opened at `seenMs` last. */
export function followsOn(tape: CandleTape, seenMs: number): boolean {
  const follows = tape.candles.at(-2)?.openTimeMs === seenMs || tape.candles.length === 1;
  return tape.last !== null && tape.last.openTimeMs > seenMs && follows;
}
