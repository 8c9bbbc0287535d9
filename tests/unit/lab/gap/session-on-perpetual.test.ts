/** A session of the running engine with a strategy on a perpetual, in which everything was signed at once, and its gap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccountFolder } from '../../../../main/data-folder.ts';
import type { Timeframe } from '../../../../main/engine/domain/candle.ts';
import type { CandleRow, StrategyRecord } from '../../../../main/engine/domain/events.ts';
import { openCandleStore } from '../../../../main/engine/venues/candle-store/candle-store.ts';
import { gapNotes } from '../../../../main/lab/gap/gap-reports.ts';
import { type MeasuredGap, measureGap } from '../../../../main/lab/gap/measure-gap.ts';
import { GAP_PARTS } from '../../../../main/lab/gap/split-gap.ts';
import { createGeneratedSource } from '../../../../main/practice/market/index.ts';
import { type PaperRun, tradeOnPaper } from '../../../support/paper-session.ts';
import { atoms, atomsText } from '../../../support/raw-books.ts';
import { LIMITS, PERP } from '../../../support/small-engine.ts';
import { TapeVenue } from '../../../support/tape-venue.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5, 12);
const END_MS = START_MS + 6 * HOUR_MS;
/** Within the session, on the hour; longs pay. */
const FUNDING_MS = START_MS + 4 * HOUR_MS;
const SYMBOL = 'BTCUSDT';
/** Both ways. */
const STRATEGY: StrategyRecord = {
  name: 'donchian-breakout',
  timeframe: '5m',
  params: { entryBars: 8, exitBars: 4, shorts: 1, share: 0.02 },
  instruments: [PERP],
};
/** What the gear reckons with for a taker: one basis point, and at these sizes less than a tenth of one for the impact. */
const GEARS_SHARE = 1.1 / 10_000;

const root = mkdtempSync(join(tmpdir(), 'gap-session-'));
const source = createGeneratedSource({ seed: 7 });
const venue = new TapeVenue({ source, symbols: [SYMBOL], startMs: START_MS, pastBars: 30, perpetuals: true });
let paper: PaperRun;
let gap: MeasuredGap;
let opened: bigint;
let left: bigint;
/** Of an order, in base. */
let largest = 0;

beforeAll(async () => {
  const account = openAccountFolder(root, 'paper');
  const told = new Map<Timeframe, CandleRow[]>([
    ['1m', []],
    ['5m', []],
  ]);
  opened = venue.margin();
  paper = await tradeOnPaper({
    account,
    venue,
    strategy: STRATEGY,
    limits: LIMITS,
    startMs: START_MS,
    endMs: END_MS,
    stepped: (nowMs) => nowMs === FUNDING_MS && venue.payFunding(100n),
    watch(event) {
      if (event.kind === 'HistoryLoaded') told.get(event.timeframe)?.push(...event.candles);
      else if (event.kind === 'OrderPersisted') largest = Math.max(largest, Number(event.order.qtyBase));
      else if (event.kind === 'CandleClosed') told.get(event.timeframe)?.push(event.candle);
    },
  });
  left = venue.margin();
  const store = openCandleStore(account.perpetualCandleStore, { onProblem: () => undefined });
  for (const [timeframe, rows] of told) store.put(PERP, timeframe, rows);
  store.close();
  const measured = await measureGap(account, { fromMs: START_MS, toMs: END_MS, cards: [] });
  if (!measured.ok) throw new Error(measured.error.message);
  gap = measured.value;
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

describe('a session with a strategy on a perpetual', () => {
  it('traded both ways, held over the funding, and kept the venue’s money', () => {
    const sides = gap.orders.map(({ side }) => side);
    expect(sides.length).toBeGreaterThanOrEqual(8);
    expect(new Set(sides)).toEqual(new Set(['buy', 'sell']));
    expect(gap.incomes).toMatchObject([{ kind: 'funding', instrumentId: PERP }]);
    expect(paper.balances.get('binance-usdm:USDT')).toBe(venue.wallet());
    // Life by the meter is what the venue's wallet came to, but that it values what is open at the last candle's close.
    expect(Number(gap.live)).toBeCloseTo(Number(atomsText(left - opened)), 2);
  });

  it('has a gap of nothing but what the market moved while it was signed', () => {
    const { signal, ownOrders, missedApprovals, funding } = gap.parts;
    expect({ signal, ownOrders, missedApprovals, funding, missed: gap.missed }).toEqual({
      signal: '0',
      ownOrders: '0',
      missedApprovals: '0',
      funding: '0',
      missed: 0,
    });
    expect(gapNotes(gap)).toEqual([]);
    for (const order of gap.orders) {
      const { timeMs } = order;
      const minuteMs = timeMs - (timeMs % 60_000);
      const prints = source.tape(SYMBOL, minuteMs - 1_000, timeMs + 2_000).map(({ price }) => Number(price));
      const { open, close } = source.candle(SYMBOL, minuteMs);
      const moved = Math.max(...prints, open) - Math.min(...prints, open) + Math.abs(close - open) / 120;
      expect(Math.abs(Number(order.gap))).toBeLessThanOrEqual(largest * (moved + GEARS_SHARE * open + 0.03) * 1.001);
      expect(order.gap).not.toBe('0');
    }
    const sum = GAP_PARTS.reduce((total, part) => total + atoms(Number(gap.parts[part]).toFixed(12)), 0n);
    expect(Number(atomsText(sum))).toBeCloseTo(Number(gap.gap), 9);
  });
});
