import { expect, test } from 'vitest';
import { createModelAgent } from '../../../main/engine/decision/model-agent.ts';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { FIT } from '../../../main/engine/domain/model-fitness.ts';
import type { DecidedForecast } from '../../../main/engine/domain/trust-model.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import { noteForecasts } from '../../../main/note-forecasts.ts';
import { candlesFromCloses, rowOf } from '../../support/candles.ts';
import { BTC, startedEngine, T0 } from '../../support/small-engine.ts';

const MINUTE_MS = 60_000;
const agent = createModelAgent(
  {
    model: 'm',
    version: '1.0.0',
    label: 'M',
    timeframe: '1m',
    probabilityMin: 0.55,
    barrier: { kind: 'range', multiple: 2, bars: 14 },
    horizonBars: 1,
    skillOnCard: 0,
  },
  () => FIT,
);

/** An engine whose member speaks about each of the next candles and is settled at the one after. */
function talking() {
  const engine = startedEngine({ agents: [agent] });
  const closes = Array.from({ length: 60 }, (_, at) => 60_000 + 40 * (at % 2));
  engine.send({
    kind: 'HistoryLoaded',
    instrumentId: BTC,
    timeframe: '1m',
    candles: candlesFromCloses(closes, T0).map(rowOf),
  });
  let listener: (logged: { event: EngineEvent }) => void = () => {};
  const { decision } = engine;
  const noted = {
    pipeline: { decision },
    onEvent: (each: typeof listener) => {
      listener = each;
      return () => {
        listener = () => {};
      };
    },
  } as unknown as Engine;
  const tell = (events: readonly EngineEvent[]): void => {
    for (const event of events) listener({ event });
  };
  return {
    noted,
    round(at: number) {
      const closeTimeMs = T0 + at * MINUTE_MS;
      tell(
        engine.send({
          kind: 'PredictionArrived',
          requestId: 'q',
          instrumentId: BTC,
          timeframe: '1m',
          candleCloseTimeMs: closeTimeMs,
          model: 'm',
          version: '1.0.0',
          modelHash: 'h',
          rawProbability: 0.6,
          probability: 0.6,
          record: null,
          edge: 'none',
          latencyMs: 1,
          late: false,
        }),
      );
      const candle = [closeTimeMs, 60_000, 60_400, 59_990, 60_000 + at, 1] as const;
      tell(engine.emit({ kind: 'CandleClosed', instrumentId: BTC, timeframe: '1m', candle, from: 'trades' }));
    },
  };
}

/** All that close together have been told. */
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('[D23] what the market has decided is written down once for all that closes together, with what was known', async () => {
  const { noted, round } = talking();
  const written: DecidedForecast[] = [];
  let writes = 0;
  const write = (each: readonly DecidedForecast[]): void => {
    writes += 1;
    written.push(...each);
  };
  const stop = noteForecasts(noted, { write }, () => {});
  round(0);
  round(1);
  await later();
  expect(writes).toBe(1);
  expect(written.map(({ madeMs, settledMs, rose }) => [madeMs - T0, settledMs - T0, rose])).toEqual([
    [0, MINUTE_MS, true],
    [MINUTE_MS, 2 * MINUTE_MS, true],
  ]);
  round(2);
  stop();
  expect(written.length).toBe(3);
  round(3);
  await later();
  expect(written.length).toBe(3);
});

test('a book that cannot be written is said once, and the engine goes on', async () => {
  const { noted, round } = talking();
  const said: string[] = [];
  const write = (): never => {
    throw new Error('no space left');
  };
  noteForecasts(noted, { write }, (text) => void said.push(text));
  for (const at of [0, 1, 2]) {
    round(at);
    await later();
  }
  expect(said).toEqual(['Forecasts are not written down: no space left.']);
});
