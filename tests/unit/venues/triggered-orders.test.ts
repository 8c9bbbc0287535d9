import { expect, it } from 'vitest';
import type { VenueFill, VenueOrderReport } from '../../../main/engine/domain/order.ts';
import type { ConnectorContext } from '../../../main/engine/venues/binance/connector-context.ts';
import { usdmMarket } from '../../../main/engine/venues/binance-usdm/market.ts';
import { createUsdmReads } from '../../../main/engine/venues/binance-usdm/private-reads.ts';
import { createTriggeredOrders } from '../../../main/engine/venues/binance-usdm/triggered-orders.ts';
import { PERP } from '../../support/trading-rig.ts';

const update = (clientOrderId: string, reduceOnly: boolean) => ({
  e: 'ORDER_TRADE_UPDATE',
  T: 1,
  o: {
    ...{ s: 'BTCUSDT', c: clientOrderId, S: 'SELL', o: 'MARKET', f: 'GTC', q: '0.5', p: '0', x: 'TRADE', X: 'FILLED' },
    ...{ i: 77, l: '0.5', z: '0.5', L: '60000', n: '1', N: 'USDT', T: 1, t: 9, m: false, R: reduceOnly, rp: '-5' },
  },
});

/** The market as a connector holds it; `asked` counts how often the books are read. */
function open() {
  const state = { asked: 0 };
  const exchange = { watchMarkPrices: () => new Promise(() => {}) };
  const context = { exchange, running: () => true } as unknown as ConnectorContext;
  const market = usdmMarket();
  market.followMore?.(context, [], () => {
    state.asked += 1;
  });
  const read = (message: unknown) => {
    const news = market.readPrivateEvent(message, () => PERP);
    return news.ok ? news.value : news.error;
  };
  return { state, read };
}

const algo = (status: string, orderId: string) => ({
  e: 'ALGO_UPDATE',
  T: 1,
  o: {
    ...{ caid: 'cs-s1-4', aid: 5, o: 'STOP_MARKET', s: 'BTCUSDT', S: 'SELL', q: '0.5' },
    ...{ X: status, ai: orderId, tp: '60000', p: '0' },
  },
});

it('what a conditional order became is told under the name that we gave that', () => {
  const { state, read } = open();
  expect(read(algo('TRIGGERED', '77'))).toBeNull();
  expect(read(update('venues-own-name', true))).toMatchObject({
    report: { clientOrderId: 'cs-s1-4', venueOrderId: 'algo-5' },
    fill: { clientOrderId: 'cs-s1-4' },
  });
  expect(state.asked).toBe(0);
});

it('where the word of that is missing nothing is believed of it, and the books are read', () => {
  const { state, read } = open();
  expect(read(update('venues-own-name', true))).toBeNull();
  expect(state.asked).toBe(1);
});

it('an order that may open, and the venue’s own liquidation, are none of ours', () => {
  const { state, read } = open();
  expect(read(update('web-1', false))).toMatchObject({ report: { clientOrderId: 'web-1' } });
  expect(read(update('autoclose-1', true))).toMatchObject({ report: { clientOrderId: 'autoclose-1' } });
  expect(state.asked).toBe(0);
});

const shape = { instrumentId: PERP, side: 'sell' } as const;

it('an order of ours, and one that the books have shown, is no stranger', () => {
  const triggered = createTriggeredOrders();
  const report = { instrumentId: PERP, venueOrderId: '77', clientOrderId: 'cs-s1-4' } as VenueOrderReport;
  expect(triggered.isStranger(report, true)).toBe(true);
  triggered.noteOwn('cs-s1-4');
  expect(triggered.isStranger(report, true)).toBe(false);
  const other = { ...report, clientOrderId: 'web-1' };
  expect(triggered.isStranger(other, true)).toBe(true);
  expect(triggered.judged(other)).toEqual(other);
  expect(triggered.isStranger(other, true)).toBe(false);
});

it('where a fill is of an order that nobody knows, what was waiting is asked about', () => {
  const triggered = createTriggeredOrders();
  const waiting = { ...shape, venueOrderId: 'algo-5', clientOrderId: 'cs-s1-4', status: 'open' } as VenueOrderReport;
  triggered.note({ report: waiting, orderId: null, became: false });
  const fill = { instrumentId: PERP, venueOrderId: '77' } as VenueFill;
  expect(triggered.unexplained(PERP, [])).toEqual([]);
  expect(triggered.unexplained(PERP, [fill])).toEqual([waiting]);
  triggered.noteKnown({ ...shape, venueOrderId: '77' } as VenueOrderReport);
  expect(triggered.unexplained(PERP, [fill])).toEqual([]);
  triggered.note({ report: waiting, orderId: '78', became: true });
  expect(triggered.unexplained(PERP, [{ ...fill, venueOrderId: '79' }])).toEqual([]);
});

it('a stop that the venue’s readers show only while the fills are being read is known by its name all the same', async () => {
  const venue = { isShown: false };
  const fired = {
    ...{
      algoId: 5,
      clientAlgoId: 'cs-s1-4',
      symbol: 'BTCUSDT',
      side: 'SELL',
      orderType: 'STOP_MARKET',
      algoStatus: 'FINISHED',
    },
    ...{ quantity: '0.5', price: '0', triggerPrice: '60000', actualOrderId: '77', updateTime: 1 },
  };
  const trade = {
    ...{ id: 9, orderId: 77, symbol: 'BTCUSDT', side: 'SELL', price: '60000', qty: '0.5', maker: false, time: 1 },
    ...{ commission: '1', commissionAsset: 'USDT', realizedPnl: '-5' },
  };
  const exchange = {
    traced: (_trace: unknown, ask: () => unknown) => ask(),
    fapiPrivateGetAllAlgoOrders: async () => (venue.isShown ? [fired] : []),
    async fapiPrivateGetUserTrades() {
      venue.isShown = true;
      return [trade];
    },
  };
  const reads = { admit: () => () => undefined };
  const context = {
    exchange,
    breakers: { reads },
    instruments: { byVenueSymbol: () => PERP, venueSymbol: () => 'BTCUSDT' },
    nowMs: () => 2,
  } as unknown as ConnectorContext;
  const fills = await createUsdmReads(context, createTriggeredOrders()).fills(PERP, 2);
  expect(fills[0]).toMatchObject({ clientOrderId: 'cs-s1-4', venueOrderId: 'algo-5' });
});
