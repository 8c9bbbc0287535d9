import type { Candle } from '../../engine/domain/candle.ts';
import type { StrategyDefinition, StrategyHandlers } from '../strategy/strategy.ts';

/**
 * A strategy of the user's own, as it runs. It is given candles and quotes of its own: the engine shows one candle object over and over, and
 * who kept it would find later bars in it; in paper and live there is one a candle. Its rule over columns is left out: nothing holds that
 * to what `start` does, and whole columns know the future.
 */
export const ownStrategy = ({ columns: _, ...strategy }: StrategyDefinition): StrategyDefinition => ({
  ...strategy,
  start: (context) =>
    takingCopies(
      strategy.start({
        ...context,
        trackCandles: (indicator, update, series) =>
          context.trackCandles(indicator, (each, candle) => update(each, copyOf(candle)), series),
      }),
    ),
});

/** Handlers may be methods of an object of the strategy's own. */
function takingCopies(handlers: StrategyHandlers): StrategyHandlers {
  const { onCandle, onPrediction, onTrade, onBook, onFill } = handlers;
  return {
    ...(onCandle && {
      onCandle: (candle, desk) =>
        mustBeDone(onCandle.call(handlers, { ...copyOf(candle), instrument: candle.instrument }, desk)),
    }),
    ...(onBook && { onBook: (quote, desk) => onBook.call(handlers, { ...quote }, desk) }),
    ...(onPrediction && { onPrediction: onPrediction.bind(handlers) }),
    ...(onTrade && { onTrade: onTrade.bind(handlers) }),
    ...(onFill && { onFill: onFill.bind(handlers) }),
  };
}

/** @throws Error for a promise: what it would want later nobody hears, and what it throws would end the process. */
function mustBeDone(answer: unknown): void {
  if (!(answer instanceof Promise)) return;
  answer.catch(() => undefined);
  throw new Error('onCandle is async, and nobody waits for it');
}

const copyOf = ({ openTimeMs, open, high, low, close, volume }: Candle): Candle => ({
  openTimeMs,
  open,
  high,
  low,
  close,
  volume,
});
