import { expect, it } from 'vitest';
import type { CandleRow, EngineEvent } from '../../../main/engine/domain/events.ts';
import { openOwnSession } from '../../../main/lab/user-strategies/own-session.ts';

const MINUTE_MS = 60_000;
const closed = (minute: number): EngineEvent => ({
  kind: 'CandleClosed',
  instrumentId: 'binance:BTC/USDT',
  timeframe: '1m',
  candle: [minute * MINUTE_MS, 1, 1, 1, 1, 1] satisfies CandleRow,
  from: 'trades',
});

it('a strategy that never answers keeps a bounded number of candles waiting, then is switched off', async () => {
  let given = 0;
  let ended = 0;
  const why: string[] = [];
  const session = openOwnSession({
    name: 'mute',
    params: {},
    timeframe: '1m',
    groups: null,
    account: { position: () => null, equityQuote: () => 0n },
    hire: () => ({
      give: () => {
        given += 1;
      },
      end: async () => {
        ended += 1;
      },
    }),
    answerMsMax: 600_000,
    loadMsMax: 600_000,
    spoke: () => {},
    switchedOff: (text) => why.push(text),
  });
  for (let minute = 0; minute <= 2_000; minute += 1) session.saw(closed(minute));
  expect([given, why]).toEqual([1, []]);
  for (let minute = 2_001; minute <= 3_000; minute += 1) session.saw(closed(minute));
  expect(why).toEqual(['Ended: it fell behind; 2000 candles and words wait for it.']);
  await session.settled();
  expect([given, ended]).toEqual([1, 1]);
});
