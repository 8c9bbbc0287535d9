import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Binance, openVenueBench, type VenueBench } from '../../support/practice/venue-bench.ts';

/** ccxt leaves rejections of its own unhandled when a socket closes; everything a test asks for is awaited. */
process.on('unhandledRejection', () => {});

const SYMBOL = 'BTC/USDT:USDT';
let bench: VenueBench;
let x: Binance;

beforeAll(async () => {
  bench = await openVenueBench({
    usdmDeposit: '100000',
    rateLimits: { weightPerMinute: 1_000_000, ordersPer10Sec: 10_000 },
  });
  x = await bench.connectUsdm();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await x.cancelAllOrders(SYMBOL);
  await x.cancelAllOrders(SYMBOL, { trigger: true });
  await flatten();
  await x.setLeverage(20, SYMBOL);
});

const position = async () => (await x.fetchPositions([SYMBOL]))[0];
const wallet = async (): Promise<number> => Number((await x.fetchBalance()).info.totalWalletBalance);
const last = async (): Promise<number> => Number((await x.fetchTicker(SYMBOL)).last);
const away = async (factor: number): Promise<number> => Number(x.priceToPrecision(SYMBOL, (await last()) * factor));
const nameOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return (error as Error).name;
  }
};
async function flatten(): Promise<void> {
  const open = await position();
  if (!open) return;
  const side = open.side === 'long' ? 'sell' : 'buy';
  await x.createOrder(SYMBOL, 'market', side, open.contracts!, undefined, { reduceOnly: true });
}
const raw = () => x as unknown as Record<string, (params: Record<string, unknown>) => Promise<Record<string, string>>>;

describe('market data', () => {
  it('markets are linear perpetuals with rules', () => {
    const market = x.market(SYMBOL);
    expect(market).toMatchObject({ swap: true, linear: true, settle: 'USDT', contractSize: 1, active: true });
    expect(market.limits.amount?.min).toBe(0.00001);
    expect(market.precision).toMatchObject({ price: 0.01, amount: 0.00001 });
  });

  it('candles, book, trades, ticker and mark price agree with spot: it is one market', async () => {
    const spot = await bench.connect();
    const hourMs = Math.floor(Date.now() / 3_600_000 - 3) * 3_600_000;
    expect(await x.fetchOHLCV(SYMBOL, '1m', hourMs, 60)).toEqual(await spot.fetchOHLCV('BTC/USDT', '1m', hourMs, 60));
    const book = await x.fetchOrderBook(SYMBOL, 50);
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]));
    const trades = await x.fetchTrades(SYMBOL, undefined, 50);
    expect(trades).toHaveLength(50);
    const price = await last();
    const funding = await x.fetchFundingRate(SYMBOL);
    expect(Math.abs(Number(funding.markPrice) / price - 1)).toBeLessThan(0.01);
    expect(funding.fundingRate).toBe(0.0001);
    expect(Number(funding.fundingTimestamp) % (8 * 3_600_000)).toBe(0);
    const past = await x.fetchFundingRateHistory(SYMBOL, undefined, 3);
    expect(past.map((row) => Number(row.timestamp) % (8 * 3_600_000))).toEqual([0, 0, 0]);
    expect(await x.fetchTime()).toBeGreaterThan(Date.now() - 5_000);
  });
});

describe('streams', () => {
  it('trades, candles, tickers, best prices and mark prices arrive', async () => {
    const [trades, candles, ticker, best, mark] = await Promise.all([
      x.watchTrades(SYMBOL),
      x.watchOHLCV(SYMBOL, '1m'),
      x.watchTicker(SYMBOL, { name: 'ticker' }),
      x.watchBidsAsks([SYMBOL]),
      x.watchMarkPrice(SYMBOL),
    ]);
    expect(Number(trades[0]!.price)).toBeGreaterThan(0);
    expect(Number(candles.at(-1)![5])).toBeGreaterThan(0);
    expect(Number(ticker.last)).toBeGreaterThan(0);
    expect(Number(best[SYMBOL]!.ask)).toBeGreaterThan(Number(best[SYMBOL]!.bid));
    expect(Number(mark.markPrice)).toBeGreaterThan(0);
  });

  it('the book kept from the diffs (each names the one before it) is the book of a snapshot with the same id', async () => {
    let compared = 0;
    const kept = await x.watchOrderBook(SYMBOL, 1_000);
    for (let round = 0; round < 30 && compared < 3; round += 1) {
      const snapshot = await x.fetchOrderBook(SYMBOL, 1_000);
      while (Number(kept.nonce) < Number(snapshot.nonce)) await x.watchOrderBook(SYMBOL, 1_000);
      if (kept.nonce !== snapshot.nonce) continue;
      compared += 1;
      expect(kept.bids.map((l) => [...l])).toEqual(snapshot.bids.map((l) => [...l]));
      expect(kept.asks.map((l) => [...l])).toEqual(snapshot.asks.map((l) => [...l]));
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('a diff that is lost is noticed by its `pu`', async () => {
    const own = await bench.connectUsdm();
    await own.watchOrderBook('ETH/USDT:USDT', 1_000);
    await bench.fault({ fault: 'gap', stream: 'ethusdt@depth', count: 1 });
    const kept = async (): Promise<string> => {
      for (;;) await own.watchOrderBook('ETH/USDT:USDT', 1_000);
    };
    await expect(kept()).rejects.toMatchObject({ name: 'ChecksumError' });
  });

  it('own orders, fills, positions and money are told', async () => {
    const own = await bench.connectUsdm();
    const connections = async (): Promise<number> =>
      ((await bench.control('GET', '/_status')).body as { connections: number }).connections;
    const before = await connections();
    const orders: string[] = [];
    const seen = (async () => {
      while (!orders.includes('closed')) {
        for (const order of await own.watchOrders(SYMBOL)) orders.push(String(order.status));
      }
    })();
    const trades = own.watchMyTrades(SYMBOL);
    const positions = own.watchPositions([SYMBOL]);
    const balance = own.watchBalance();
    await expect.poll(connections, { timeout: 10_000 }).toBe(before + 1);
    const order = await x.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, { clientOrderId: 'told-1' });
    await seen;
    expect((await trades)[0]).toMatchObject({ order: order.id, side: 'buy', symbol: SYMBOL });
    expect((await positions)[0]).toMatchObject({ side: 'long', contracts: 0.01 });
    expect(Number((await balance)['USDT']!.total)).toBeGreaterThan(0);
  });
});

describe('orders and positions', () => {
  it('a limit order rests on margin, is found every way, and is cancelled', async () => {
    const placed = await x.createOrder(SYMBOL, 'limit', 'buy', 0.1, await away(0.9), { clientOrderId: 'rest-1' });
    expect(placed).toMatchObject({ status: 'open', clientOrderId: 'rest-1', filled: 0, symbol: SYMBOL });
    expect(await x.fetchOrder(placed.id!, SYMBOL)).toMatchObject({ id: placed.id, status: 'open' });
    expect(await x.fetchOrder('', SYMBOL, { clientOrderId: 'rest-1' })).toMatchObject({ id: placed.id });
    expect((await x.fetchOpenOrders(SYMBOL)).map((order) => order.id)).toEqual([placed.id]);
    const used = (0.1 * Number(placed.price)) / 20;
    expect(Number((await x.fetchBalance()).info.totalInitialMargin)).toBeCloseTo(used, 6);
    expect(await x.cancelOrder(placed.id!, SYMBOL)).toMatchObject({ status: 'canceled' });
    expect(Number((await x.fetchBalance()).info.totalInitialMargin)).toBe(0);
  });

  it('long, more, less, short through zero, flat: profit and fees end up in the wallet to the last digit', async () => {
    const fromMs = Date.now();
    const before = BigInt(atoms((await x.fetchBalance()).info.totalWalletBalance));
    await x.createOrder(SYMBOL, 'market', 'buy', 0.3);
    await x.createOrder(SYMBOL, 'market', 'buy', 0.7);
    expect(await position()).toMatchObject({ side: 'long', contracts: 1, leverage: 20, marginMode: 'cross' });
    await x.createOrder(SYMBOL, 'market', 'sell', 0.4);
    expect(await position()).toMatchObject({ side: 'long', contracts: 0.6 });
    await x.createOrder(SYMBOL, 'market', 'sell', 1.1);
    expect(await position()).toMatchObject({ side: 'short', contracts: 0.5 });
    await x.createOrder(SYMBOL, 'market', 'buy', 0.5, undefined, { reduceOnly: true });
    expect(await position()).toBeUndefined();
    const trades = await raw()['fapiPrivateGetUserTrades']!({ symbol: 'BTCUSDT', startTime: fromMs, limit: 1_000 });
    let expected = before;
    for (const trade of Object.values(trades as unknown as Record<string, string>[])) {
      const quote = BigInt(atoms(trade['quoteQty']!));
      expected += (trade['side'] === 'SELL' ? quote : -quote) - BigInt(atoms(trade['commission']!));
    }
    expect(BigInt(atoms((await x.fetchBalance()).info.totalWalletBalance))).toBe(expected);
  });

  it('reduce-only never opens: refused without a position, cut to it with one', async () => {
    const refused = x.createOrder(SYMBOL, 'market', 'sell', 0.1, undefined, { reduceOnly: true });
    expect(await nameOf(refused)).toBe('InvalidOrder');
    await x.createOrder(SYMBOL, 'market', 'buy', 0.1);
    const cut = await x.createOrder(SYMBOL, 'market', 'sell', 0.5, undefined, { reduceOnly: true });
    expect(cut).toMatchObject({ filled: 0.1, reduceOnly: true });
    expect(await position()).toBeUndefined();
  });

  it('a resting reduce-only order ends with the position that it could reduce', async () => {
    await x.createOrder(SYMBOL, 'market', 'buy', 0.1);
    const exit = await x.createOrder(SYMBOL, 'limit', 'sell', 0.1, await away(1.1), { reduceOnly: true });
    await x.createOrder(SYMBOL, 'market', 'sell', 0.1);
    expect(await x.fetchOrder(exit.id!, SYMBOL)).toMatchObject({ status: 'expired', filled: 0 });
  });

  it('post-only rests or is refused', async () => {
    const rests = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, await away(0.95), { postOnly: true });
    expect(rests).toMatchObject({ status: 'open', timeInForce: 'PO' });
    const meets = x.createOrder(SYMBOL, 'limit', 'buy', 0.01, await away(1.05), { postOnly: true });
    expect(await nameOf(meets)).toBe('OrderNotFillable');
  });

  it('leverage decides how much margin a position needs', async () => {
    await x.setLeverage(5, SYMBOL);
    const placed = await x.createOrder(SYMBOL, 'market', 'buy', 1);
    const open = (await position())!;
    expect(open.leverage).toBe(5);
    expect(Number(open.initialMargin) / Number(open.notional)).toBeCloseTo(0.2, 3);
    expect(Number(placed.cost)).toBeGreaterThan(0);
    // 100,000 USDT of margin carry at most about eight coins at that leverage.
    expect(await nameOf(x.createOrder(SYMBOL, 'market', 'buy', 9))).toBe('InsufficientFunds');
    expect(await nameOf(x.setLeverage(51, SYMBOL))).toBe('BadRequest');
  });

  it('funding is paid by longs to shorts', async () => {
    await x.createOrder(SYMBOL, 'market', 'buy', 1);
    const before = await wallet();
    await bench.control('POST', '/_usdm/funding', { symbol: 'BTC/USDT', ratePpm: 1_000 });
    const [paid] = (await x.fetchFundingHistory(SYMBOL, undefined, 100)).slice(-1);
    expect(Number(paid!.amount)).toBeLessThan(0);
    expect(await wallet()).toBeCloseTo(before + Number(paid!.amount), 7);
  });
});

describe('conditional orders', () => {
  it('a stop waits beside the book, is found and cancelled by its own verbs', async () => {
    await x.createOrder(SYMBOL, 'market', 'buy', 0.1);
    const stop = await x.createOrder(SYMBOL, 'market', 'sell', 0.1, undefined, {
      stopLossPrice: await away(0.9),
      reduceOnly: true,
      clientOrderId: 'stop-1',
    });
    expect(stop).toMatchObject({ status: 'open', clientOrderId: 'stop-1', type: 'market' });
    expect(await x.fetchOpenOrders(SYMBOL)).toEqual([]);
    expect(await x.fetchOpenOrders(SYMBOL, undefined, undefined, { trigger: true })).toHaveLength(1);
    expect(await nameOf(x.cancelOrder(stop.id!, SYMBOL))).toBe('OrderNotFound');
    await x.cancelOrder(stop.id!, SYMBOL, { trigger: true });
    expect(await x.fetchOrder(stop.id!, SYMBOL, { trigger: true })).toMatchObject({ status: 'canceled' });
  });

  it('fires at its price, becomes an order of its own and closes the position', async () => {
    await x.createOrder(SYMBOL, 'market', 'buy', 0.1);
    const stop = await x.createOrder(SYMBOL, 'market', 'sell', 0.1, undefined, {
      stopLossPrice: await away(0.97),
      reduceOnly: true,
    });
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: -400 });
    await expect.poll(position, { timeout: 10_000 }).toBeUndefined();
    const fired = await x.fetchOrder(stop.id!, SYMBOL, { trigger: true });
    expect(fired.info).toMatchObject({ algoStatus: 'FINISHED' });
    const became = await x.fetchOrder(fired.info['actualOrderId'], SYMBOL);
    expect(became).toMatchObject({ status: 'closed', filled: 0.1, reduceOnly: true });
    expect(became.clientOrderId).not.toBe(fired.clientOrderId);
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: 400 });
  });

  it('a take-profit with a price of its own becomes a limit order', async () => {
    await x.createOrder(SYMBOL, 'market', 'sell', 0.1);
    const price = await away(0.98);
    const take = await x.createOrder(SYMBOL, 'limit', 'buy', 0.1, price, { takeProfitPrice: price, reduceOnly: true });
    expect(take.info).toMatchObject({ orderType: 'TAKE_PROFIT', algoStatus: 'NEW' });
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: -300 });
    await expect.poll(position, { timeout: 10_000 }).toBeUndefined();
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: 300 });
  });

  it('one that closes the position takes whatever there is; without one it expires', async () => {
    const trigger = { symbol: 'BTCUSDT', algoType: 'CONDITIONAL', type: 'STOP_MARKET', closePosition: 'true' };
    await x.createOrder(SYMBOL, 'market', 'buy', 0.123);
    const triggerPrice = String(await away(0.97));
    const placed = await raw()['fapiPrivatePostAlgoOrder']!({ ...trigger, side: 'SELL', triggerPrice });
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: -400 });
    await expect.poll(position, { timeout: 10_000 }).toBeUndefined();
    expect(await raw()['fapiPrivateGetAlgoOrder']!({ algoId: placed['algoId'] })).toMatchObject({
      algoStatus: 'FINISHED',
      closePosition: true,
    });
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: 400 });
  });

  it('a conditional type is not an order of the book, and one past its trigger is refused', async () => {
    const asOrder = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET', quantity: '0.1', stopPrice: '1000' };
    await expect(raw()['fapiPrivatePostOrder']!(asOrder)).rejects.toThrow('-4120');
    const past = x.createOrder(SYMBOL, 'market', 'sell', 0.1, undefined, { stopLossPrice: await away(1.05) });
    expect(await nameOf(past)).toBe('OrderImmediatelyFillable');
  });
});

describe('liquidation', () => {
  it('a position whose margin is used up is closed, orders are cancelled, the wallet does not end below zero', async () => {
    const own = await openVenueBench({ usdmDeposit: '4000', rateLimits: { ordersPer10Sec: 10_000 } });
    try {
      const y = await own.connectUsdm();
      await y.setLeverage(50, SYMBOL);
      await y.createOrder(SYMBOL, 'market', 'buy', 2);
      const [held] = await y.fetchPositions([SYMBOL]);
      expect(Number(held!.liquidationPrice)).toBeGreaterThan(0);
      expect(Number(held!.liquidationPrice)).toBeLessThan(Number(held!.entryPrice));
      const price = Number(y.priceToPrecision(SYMBOL, Number(held!.entryPrice) * 1.2));
      await y.createOrder(SYMBOL, 'limit', 'sell', 0.1, price, { reduceOnly: true });
      await own.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: -500 });
      await expect.poll(() => y.fetchPositions([SYMBOL]), { timeout: 10_000 }).toEqual([]);
      expect(await y.fetchOpenOrders(SYMBOL)).toEqual([]);
      expect((await y.fetchOrders(SYMBOL)).some((order) => order.clientOrderId!.startsWith('autoclose-'))).toBe(true);
      expect((await y.fetchBalance()).info.totalWalletBalance).toBe('0.00000000');
    } finally {
      await own.close();
    }
  });
});

describe('the dead-man switch', () => {
  const set = (countdownTime: number) =>
    raw()['fapiPrivatePostCountdownCancelAll']!({ symbol: 'BTCUSDT', countdownTime });
  const open = async (): Promise<number> =>
    (await x.fetchOpenOrders(SYMBOL)).length +
    (await x.fetchOpenOrders(SYMBOL, undefined, undefined, { trigger: true })).length;
  const rest = async (): Promise<void> => {
    await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, await away(0.9));
    await x.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, { stopLossPrice: await away(0.8) });
  };

  it('cancels orders and conditional orders of its symbol when it is not set again', async () => {
    await rest();
    const other = await x.createOrder('ETH/USDT:USDT', 'limit', 'buy', 0.1, 1_000);
    await set(300);
    await expect.poll(open, { timeout: 10_000 }).toBe(0);
    expect(await x.fetchOrder(other.id!, 'ETH/USDT:USDT')).toMatchObject({ status: 'open' });
    await x.cancelOrder(other.id!, 'ETH/USDT:USDT');
    // It fired once: what comes after is left alone.
    await rest();
    expect(await open()).toBe(2);
  });

  it('leaves them while it is set again in time, and for good when it is taken away', async () => {
    await rest();
    for (const untilMs = Date.now() + 6_000; Date.now() < untilMs; ) {
      expect(await set(4_000)).toMatchObject({ symbol: 'BTCUSDT', countdownTime: '4000' });
      await new Promise((done) => setTimeout(done, 250));
    }
    expect(await open()).toBe(2);
    await set(0);
    expect(await open()).toBe(2);
  });
});

describe('refusals', () => {
  const cases: [string, () => Promise<unknown>, string][] = [
    ['more than the margin carries', () => x.createOrder(SYMBOL, 'market', 'buy', 100), 'InsufficientFunds'],
    [
      'below the minimum notional',
      async () => x.createOrder(SYMBOL, 'limit', 'buy', 0.00001, await away(0.9)),
      'InvalidOrder',
    ],
    ['an unknown order', () => x.fetchOrder('999999', SYMBOL), 'OrderNotFound'],
    ['cancelling an unknown order', () => x.cancelOrder('999999', SYMBOL), 'OrderNotFound'],
    [
      'an order that is only checked, and would be refused',
      () => raw()['fapiPrivatePostOrderTest']!({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '100' }),
      'InsufficientFunds',
    ],
    ['hedge mode', () => x.setPositionMode(true), 'OperationRejected'],
    ['a symbol that is not traded', () => raw()['fapiPublicGetDepth']!({ symbol: 'NOPEUSDT' }), 'BadSymbol'],
    ['an endpoint that is not served', () => raw()['fapiPrivateGetMultiAssetsMargin']!({}), 'OperationFailed'],
  ];
  it.each(cases)('%s', async (_what, work, name) => {
    expect(await nameOf(work())).toBe(name);
  });

  it('a client id that a live order has', async () => {
    const price = await away(0.9);
    await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { clientOrderId: 'twice' });
    const again = x.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { clientOrderId: 'twice' });
    expect(await nameOf(again)).toBe('InvalidOrder');
  });

  it('a wrong key, a wrong secret, a clock that is off', async () => {
    const stranger = await bench.connectUsdm();
    stranger.secret = 'wrong';
    expect(await nameOf(stranger.fetchBalance())).toBe('AuthenticationError');
    stranger.secret = bench.venue.secret;
    (stranger as unknown as { nonce(): number }).nonce = () => Date.now() - 120_000;
    expect(await nameOf(stranger.fetchBalance())).toBe('InvalidNonce');
    stranger.apiKey = 'a'.repeat(64);
    expect(await nameOf(stranger.fetchBalance())).toBe('AuthenticationError');
  });
});

describe('memory', () => {
  it('position, wallet, orders, conditional orders, leverage and a countdown outlive the venue', async () => {
    const first = await openVenueBench({ usdmDeposit: '50000', keep: true });
    const y = await first.connectUsdm();
    await y.setLeverage(7, SYMBOL);
    await y.createOrder(SYMBOL, 'market', 'buy', 0.5);
    const price = Number(y.priceToPrecision(SYMBOL, (await last()) * 0.9));
    const resting = await y.createOrder(SYMBOL, 'limit', 'buy', 0.01, price);
    await y.createOrder(SYMBOL, 'market', 'sell', 0.5, undefined, { stopLossPrice: price, reduceOnly: true });
    const before = (await y.fetchBalance()).info.totalWalletBalance;
    await (
      y as unknown as { fapiPrivatePostCountdownCancelAll(p: object): Promise<unknown> }
    ).fapiPrivatePostCountdownCancelAll({
      symbol: 'BTCUSDT',
      countdownTime: 30_000,
    });
    await first.close();
    const second = await openVenueBench({ dataDir: first.dataDir, nowMs: () => Date.now() + 20_000 });
    try {
      const z = await second.connectUsdm({ adjustForTimeDifference: true });
      expect((await z.fetchBalance()).info.totalWalletBalance).toBe(before);
      expect((await z.fetchPositions([SYMBOL]))[0]).toMatchObject({ contracts: 0.5, side: 'long', leverage: 7 });
      expect((await z.fetchOpenOrders(SYMBOL)).map((order) => order.id)).toEqual([resting.id]);
      expect(await z.fetchOpenOrders(SYMBOL, undefined, undefined, { trigger: true })).toHaveLength(1);
      await expect.poll(() => z.fetchOpenOrders(SYMBOL), { timeout: 20_000 }).toEqual([]);
    } finally {
      await second.close();
    }
  });
});

/** A decimal string as a whole number of 10^-18. */
function atoms(text: string): string {
  const [whole, fraction = ''] = text.split('.');
  return `${whole}${fraction.padEnd(18, '0')}`;
}
