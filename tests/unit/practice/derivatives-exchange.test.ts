import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { ConditionalRequest } from '../../../main/practice/derivatives/conditional-orders.ts';
import { DerivativesExchange } from '../../../main/practice/derivatives/derivatives-exchange.ts';
import { DEFAULT_MARGIN_FEES, type IncomeKind } from '../../../main/practice/derivatives/margin-account.ts';
import type { MarginNews } from '../../../main/practice/derivatives/margin-desk.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import { MarginStore } from '../../../main/practice/store/margin-store.ts';
import { tinySource } from '../../support/practice/tiny-source.ts';

const START_MS = Date.UTC(2026, 2, 3, 10, 0, 20);
const EIGHT_HOURS_MS = 8 * 3_600_000;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** An exchange on a clock of its own; `restart` lets the process die at once and another one start after `ms`. */
function open(deposit = '100000') {
  const dataDir = mkdtempSync(join(tmpdir(), 'practice-derivatives-'));
  const state = { nowMs: START_MS };
  const news: MarginNews[] = [];
  const start = () => {
    const store = new MarginStore(dataDir);
    const exchange = new DerivativesExchange({
      source: tinySource(),
      store,
      nowMs: () => state.nowMs,
      fees: DEFAULT_MARGIN_FEES,
      depositAtoms: parseDecimal(deposit),
    });
    exchange.listen((one) => news.push(one));
    return { store, exchange };
  };
  let running = start();
  cleanups.push(() => {
    running.store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    news,
    get exchange() {
      return running.exchange;
    },
    incomes: (kind: IncomeKind) =>
      running.store
        .incomes({ kind, symbol: null, startMs: 0, limit: 1_000 })
        .map(({ atoms, timeMs }) => ({ amount: formatDecimal(atoms), timeMs })),
    conditionals: () => running.store.conditionals({ symbol: 'BTCUSDT', startMs: null, limit: 100 }),
    pass(ms: number): void {
      for (const untilMs = state.nowMs + ms; state.nowMs < untilMs; ) {
        state.nowMs = Math.min(untilMs, state.nowMs + 20);
        running.exchange.tick();
      }
    },
    restart(ms: number): void {
      running.store.close();
      state.nowMs += ms;
      running = start();
    },
  };
}

let ids = 0;
const order = (fields: Partial<OrderRequest> = {}): OrderRequest => ({
  symbol: 'BTCUSDT',
  side: 'buy',
  type: 'market',
  timeInForce: 'ioc',
  priceTicks: null,
  stopTicks: null,
  qtyLots: 100_000,
  quoteBudgetAtoms: null,
  clientOrderId: `id-${ids++}`,
  orderListId: -1,
  ...fields,
});
const stop = (triggerTicks: number, fields: Partial<ConditionalRequest> = {}): ConditionalRequest => ({
  clientAlgoId: `stop-${ids++}`,
  symbol: 'BTCUSDT',
  side: 'sell',
  type: 'stop-market',
  triggerTicks,
  priceTicks: null,
  qtyLots: 100_000,
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: true,
  trigger: 'last',
  ...fields,
});

describe('funding', () => {
  it('is paid once at each eight hours that a position is held through, also while no venue ran', () => {
    const bench = open();
    bench.exchange.place(order());
    bench.restart(EIGHT_HOURS_MS * 2);
    bench.pass(2_000);
    const paid = bench.incomes('funding-fee');
    const first = Math.ceil(START_MS / EIGHT_HOURS_MS) * EIGHT_HOURS_MS;
    expect(paid.map(({ timeMs }) => timeMs)).toEqual([first, first + EIGHT_HOURS_MS]);
    for (const { amount } of paid) expect(Number(amount)).toBeCloseTo(-6, 0);
    bench.restart(1_000);
    bench.pass(2_000);
    expect(bench.incomes('funding-fee')).toHaveLength(2);
  });

  it('a position opened after the hour owes nothing for it', () => {
    const bench = open();
    bench.restart(EIGHT_HOURS_MS);
    bench.exchange.place(order());
    bench.pass(2_000);
    expect(bench.incomes('funding-fee')).toEqual([]);
  });
});

describe('conditional orders', () => {
  it('one whose price came while no venue ran has fired when it is back, and its position is gone', () => {
    const bench = open();
    bench.exchange.place(order());
    const mark = bench.exchange.mark('BTCUSDT');
    // The tiny market swings by 1 % within two hours.
    expect(bench.exchange.placeConditional(stop(Math.floor(mark * 0.997))).ok).toBe(true);
    bench.restart(7_200_000);
    expect(bench.exchange.account.openPositions()).toEqual([]);
    expect(bench.conditionals().map(({ status }) => status)).toEqual(['finished']);
  });

  it('one that may only reduce is rejected when it fires without a position', () => {
    const bench = open();
    const mark = bench.exchange.mark('BTCUSDT');
    bench.exchange.placeConditional(stop(Math.floor(mark * 0.9)));
    bench.exchange.exchange.shock('BTCUSDT', -2_000);
    bench.pass(2_000);
    expect(bench.conditionals().map(({ status }) => status)).toEqual(['rejected']);
    expect(bench.exchange.account.openPositions()).toEqual([]);
  });

  it("waits for the mark price when it is told to: the account's own print does not fire it", () => {
    const bench = open('100000000');
    const mark = bench.exchange.mark('BTCUSDT');
    const trigger = mark - 200;
    bench.exchange.placeConditional(
      stop(trigger, { trigger: 'mark', side: 'sell', qtyLots: 1_000, reduceOnly: false }),
    );
    bench.exchange.placeConditional(stop(trigger, { side: 'sell', qtyLots: 1_000, reduceOnly: false }));
    bench.exchange.place(order({ side: 'sell', qtyLots: 2_000_000 }));
    expect(bench.conditionals().map(({ status, trigger: by }) => [by, status])).toEqual([
      ['mark', 'new'],
      ['last', 'finished'],
    ]);
  });
});

describe('liquidation', () => {
  it('comes with the mark price, ends orders of both kinds, and the insurance pays what the wallet lacks', () => {
    const bench = open('4000');
    bench.exchange.setLeverage('BTCUSDT', 50);
    expect(bench.exchange.place(order({ qtyLots: 200_000 })).ok).toBe(true);
    const mark = bench.exchange.mark('BTCUSDT');
    bench.exchange.place(
      order({
        type: 'limit',
        timeInForce: 'gtc',
        side: 'sell',
        priceTicks: mark * 2,
        qtyLots: 10_000,
        reduceOnly: true,
      }),
    );
    bench.exchange.placeConditional(stop(Math.floor(mark / 2)));
    bench.exchange.exchange.shock('BTCUSDT', -600);
    bench.pass(5_000);
    expect(bench.exchange.account.openPositions()).toEqual([]);
    expect(bench.exchange.exchange.openOrders()).toEqual([]);
    expect(bench.conditionals().map(({ status }) => status)).toEqual(['expired']);
    expect(bench.exchange.account.walletAtoms).toBe(0n);
    expect(bench.incomes('insurance-clear')).toHaveLength(1);
    const closing = bench.news.flatMap(({ reports }) => reports).filter(({ fill }) => fill && fill.side === 'sell');
    expect(closing.every(({ order: of }) => of.clientOrderId.startsWith('autoclose-') && of.reduceOnly)).toBe(true);
  });

  it('closes also what is off the lot that traders must keep to now', () => {
    const bench = open('4000');
    bench.exchange.setLeverage('BTCUSDT', 50);
    expect(bench.exchange.place(order({ qtyLots: 199_999 })).ok).toBe(true);
    bench.exchange.exchange.changeRules('BTCUSDT', { lotStep: '0.0001', minQty: '0.0001' });
    bench.exchange.exchange.shock('BTCUSDT', -600);
    bench.pass(5_000);
    expect(bench.exchange.account.openPositions()).toEqual([]);
  });

  it('spares an account that can carry its loss', () => {
    const bench = open('20000');
    bench.exchange.place(order({ qtyLots: 200_000 }));
    bench.exchange.exchange.shock('BTCUSDT', -600);
    bench.pass(5_000);
    expect(bench.exchange.account.position('BTCUSDT').lots).toBe(200_000);
  });
});

describe('the countdown', () => {
  it('fires after a restart when its time passed while no venue ran', () => {
    const bench = open();
    const mark = bench.exchange.mark('BTCUSDT');
    const rests = order({ type: 'limit', timeInForce: 'gtc', priceTicks: Math.floor(mark * 0.8) });
    bench.exchange.place(rests);
    bench.exchange.placeConditional(stop(Math.floor(mark * 0.7)));
    bench.exchange.setCountdown('BTCUSDT', 5_000);
    bench.pass(4_000);
    expect(bench.exchange.exchange.openOrders()).toHaveLength(1);
    bench.exchange.setCountdown('BTCUSDT', 5_000);
    bench.pass(4_000);
    expect(bench.exchange.exchange.openOrders()).toHaveLength(1);
    bench.restart(2_000);
    bench.pass(20);
    expect(bench.exchange.exchange.openOrders()).toEqual([]);
    expect(bench.conditionals().map(({ status }) => status)).toEqual(['cancelled']);
  });
});
