import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Binance, openVenueBench, type VenueBench } from '../../support/practice/venue-bench.ts';

/** ccxt leaves rejections of its own unhandled when a socket closes; everything a test asks for is awaited. */
process.on('unhandledRejection', () => {});

const SYMBOL = 'BTC/USDT';
let bench: VenueBench;
let x: Binance;

beforeAll(async () => {
  bench = await openVenueBench({
    balances: { USDT: '1000000', BTC: '5', BNB: '1' },
    rateLimits: { weightPerMinute: 1_000_000, ordersPer10Sec: 10_000 },
  });
  x = await bench.connect();
});
afterAll(() => bench.close());
beforeEach(async () => {
  for (const order of await x.fetchOpenOrders()) await x.cancelOrder(order.id!, order.symbol);
});

const last = async (): Promise<number> => Number((await x.fetchTicker(SYMBOL)).last);
const away = async (factor: number): Promise<string> => String(x.priceToPrecision(SYMBOL, (await last()) * factor));
const nameOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return (error as Error).name;
  }
};

describe('market data', () => {
  it('markets carry the rules', () => {
    const market = x.market(SYMBOL);
    expect(market.limits.amount).toEqual({ min: 0.00001, max: 9000 });
    expect(market.limits.cost?.min).toBe(5);
    expect(market.precision).toMatchObject({ price: 0.01, amount: 0.00001 });
  });

  it.each(['1s', '1m', '5m', '15m', '1h', '4h', '1d'])('%s candles come in a row', async (timeframe) => {
    const rows = await x.fetchOHLCV(SYMBOL, timeframe, undefined, 20);
    expect(rows).toHaveLength(20);
    const stepMs = x.parseTimeframe(timeframe) * 1000;
    rows.slice(1).forEach((row, i) => {
      expect(Number(row[0]) - Number(rows[i]![0])).toBe(stepMs);
    });
    for (const [, open, high, low, close] of rows.map((row) => row.map(Number))) {
      expect(high!).toBeGreaterThanOrEqual(Math.max(open!, close!, low!));
      expect(low!).toBeLessThanOrEqual(Math.min(open!, close!));
    }
  });

  it('candles since a moment, and an hour is the sum of its minutes', async () => {
    const hourMs = Math.floor(Date.now() / 3_600_000 - 5) * 3_600_000;
    const [hour] = await x.fetchOHLCV(SYMBOL, '1h', hourMs, 1);
    const minutes = await x.fetchOHLCV(SYMBOL, '1m', hourMs, 60);
    expect(hour![0]).toBe(hourMs);
    expect(minutes).toHaveLength(60);
    expect(hour![1]).toBe(minutes[0]![1]);
    expect(hour![2]).toBe(Math.max(...minutes.map((row) => Number(row[2]))));
    expect(hour![3]).toBe(Math.min(...minutes.map((row) => Number(row[3]))));
    expect(hour![4]).toBe(minutes[59]![4]);
    expect(hour![5]).toBeCloseTo(
      minutes.reduce((sum, row) => sum + Number(row[5]), 0),
      6,
    );
  });

  it('book, tickers and trades agree on the price', async () => {
    const book = await x.fetchOrderBook(SYMBOL, 50);
    const ticker = await x.fetchTicker(SYMBOL);
    const trades = await x.fetchTrades(SYMBOL, undefined, 100);
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]));
    expect(trades).toHaveLength(100);
    expect(Math.abs(Number(trades.at(-1)!.price) - Number(ticker.last))).toBeLessThan(20);
    const best = (await x.fetchBidsAsks([SYMBOL]))[SYMBOL]!;
    expect(Number(best.bid)).toBeLessThan(Number(best.ask));
    expect(new Set(trades.map((trade) => trade.id)).size).toBe(100);
    expect(await x.fetchTime()).toBeGreaterThan(Date.now() - 5_000);
  });
});

describe('orders over REST', () => {
  it('a limit order rests, is found every way, and is cancelled', async () => {
    const placed = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number(await away(0.9)), {
      clientOrderId: 'rest-1',
    });
    expect(placed).toMatchObject({ status: 'open', clientOrderId: 'rest-1', filled: 0 });
    expect(await x.fetchOrder(placed.id!, SYMBOL)).toMatchObject({ id: placed.id, status: 'open' });
    expect(await x.fetchOrder('', SYMBOL, { clientOrderId: 'rest-1' })).toMatchObject({ id: placed.id });
    expect((await x.fetchOpenOrders(SYMBOL)).map((order) => order.id)).toEqual([placed.id]);
    expect(Number((await x.fetchBalance())['USDT']!.used)).toBeGreaterThan(0);
    expect(await x.cancelOrder(placed.id!, SYMBOL)).toMatchObject({ status: 'canceled' });
    expect(await x.fetchOrder(placed.id!, SYMBOL)).toMatchObject({ status: 'canceled' });
    expect((await x.fetchBalance())['USDT']!.used).toBe(0);
  });

  it('a market order fills, its trades and fees add up, and money in cost is spent', async () => {
    const order = await x.createOrder(SYMBOL, 'market', 'buy', 0.5);
    expect(order).toMatchObject({ status: 'closed', filled: 0.5 });
    const mine = (await x.fetchMyTrades(SYMBOL, undefined, 500)).filter((trade) => trade.order === order.id);
    expect(mine.reduce((sum, trade) => sum + Number(trade.amount), 0)).toBeCloseTo(0.5, 8);
    expect(mine.reduce((sum, trade) => sum + Number(trade.fee!.cost), 0)).toBeCloseTo(0.0005, 8);
    const spent = await x.createOrder(SYMBOL, 'market', 'buy', 1, undefined, { cost: 100 });
    expect(Number(spent.cost)).toBeGreaterThan(99);
    expect(Number(spent.cost)).toBeLessThanOrEqual(100);
  });

  it('a large market order walks the book, prints on the tape, and the crowd comes back', async () => {
    const order = await x.createOrder(SYMBOL, 'market', 'buy', 8);
    expect(order.trades.length).toBeGreaterThan(10);
    // Level after level upwards; the market itself moves on meanwhile, so books before and after prove nothing.
    const prices = order.trades.map((trade) => Number(trade.price));
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect(prices.at(-1)).toBeGreaterThan(prices[0]!);
    const prints = await x.fetchTrades(SYMBOL, undefined, 1_000);
    const ids = new Set(prints.map((print) => print.id));
    for (const trade of order.trades) expect(ids.has(trade.id)).toBe(true);
    const [candle] = await x.fetchOHLCV(SYMBOL, '1m', Math.floor(Number(order.timestamp) / 60_000) * 60_000, 1);
    expect(candle![2]).toBeGreaterThanOrEqual(Math.max(...order.trades.map((trade) => Number(trade.price))));
    await expect
      .poll(
        async () =>
          (await x.fetchOrderBook(SYMBOL, 1_000)).asks.slice(0, 5).reduce((sum, level) => sum + Number(level[1]), 0),
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0.5);
  });

  it('post-only rests or is refused; stops wait; editing replaces', async () => {
    const post = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number(await away(0.95)), { postOnly: true });
    expect(post.status).toBe('open');
    expect(
      await nameOf(x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number(await away(1.05)), { postOnly: true })),
    ).toBe('OrderImmediatelyFillable');
    const stop = await x.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, { stopLossPrice: await away(0.95) });
    const take = await x.createOrder(SYMBOL, 'limit', 'sell', 0.01, Number(await away(1.05)), {
      takeProfitPrice: await away(1.04),
    });
    expect((await x.fetchOpenOrders(SYMBOL)).map((order) => order.id).sort()).toEqual(
      [post.id, stop.id, take.id].sort(),
    );
    const edited = await x.editOrder(post.id!, SYMBOL, 'limit', 'buy', 0.02, Number(await away(0.94)));
    expect(edited).toMatchObject({ status: 'open', amount: 0.02 });
    expect(await x.fetchOrder(post.id!, SYMBOL)).toMatchObject({ status: 'canceled' });
    await x.cancelAllOrders(SYMBOL);
    expect(await x.fetchOpenOrders()).toEqual([]);
    expect((await x.fetchOrders(SYMBOL)).length).toBeGreaterThan(4);
  });

  it('immediate-or-cancel and fill-or-kill', async () => {
    const ioc = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number(await away(0.99)), { timeInForce: 'IOC' });
    expect(ioc).toMatchObject({ status: 'expired', filled: 0 });
    const fok = await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, Number(await away(1.01)), { timeInForce: 'FOK' });
    expect(fok).toMatchObject({ status: 'closed' });
  });

  describe('one cancels the other', () => {
    type Listed = Readonly<Record<'orderListId' | 'listOrderStatus' | 'listClientOrderId', string | number>> & {
      readonly orderReports: readonly Readonly<Record<string, string | number>>[];
    };
    const lists = () =>
      x as unknown as Record<'privatePostOrderListOco' | 'privateDeleteOrderList', (p: object) => Promise<Listed>>;
    const place = async (change: Readonly<Record<string, string>> = {}): Promise<Listed> =>
      lists().privatePostOrderListOco({
        symbol: 'BTCUSDT',
        side: 'SELL',
        quantity: '0.02',
        listClientOrderId: 'pair',
        aboveType: 'LIMIT_MAKER',
        aboveClientOrderId: 'pair-target',
        abovePrice: await away(1.05),
        belowType: 'STOP_LOSS',
        belowClientOrderId: 'pair-stop',
        belowStopPrice: await away(0.95),
        ...change,
      });

    it('one balance backs target and stop, and a cancel of either takes both', async () => {
      const list = await place();
      expect(list).toMatchObject({ listOrderStatus: 'EXECUTING', listClientOrderId: 'pair' });
      expect(list.orderReports.map(({ clientOrderId, type, status }) => [clientOrderId, type, status])).toEqual([
        ['pair-target', 'LIMIT_MAKER', 'NEW'],
        ['pair-stop', 'STOP_LOSS', 'NEW'],
      ]);
      expect((await x.fetchBalance())['BTC']!.used).toBe(0.02);
      await x.cancelOrder('', SYMBOL, { origClientOrderId: 'pair-target' });
      expect(await x.fetchOpenOrders()).toEqual([]);
      expect((await x.fetchBalance())['BTC']!.used).toBe(0);
    });

    it('the list is cancelled by the name that the client gave it, once', async () => {
      await place();
      const gone = await lists().privateDeleteOrderList({ symbol: 'BTCUSDT', listClientOrderId: 'pair' });
      expect(gone).toMatchObject({ listOrderStatus: 'ALL_DONE', listClientOrderId: 'pair' });
      expect(gone.orderReports.map(({ origClientOrderId, status }) => [origClientOrderId, status])).toEqual([
        ['pair-target', 'CANCELED'],
        ['pair-stop', 'CANCELED'],
      ]);
      const again = lists().privateDeleteOrderList({ symbol: 'BTCUSDT', listClientOrderId: 'pair' });
      expect(await nameOf(again)).toBe('OrderNotFound');
    });

    it('the stream tells when the list begins and when it is over', async () => {
      const own = await bench.connect();
      const told: string[] = [];
      const handle = own.handleMessage.bind(own);
      own.handleMessage = (client, message) => {
        const event = (message as { event?: Readonly<Record<string, unknown>> }).event;
        if (event?.['e'] === 'listStatus') told.push(`${event['C']} ${event['l']} ${event['L']}`);
        handle(client, message);
      };
      void own.watchOrders(SYMBOL).catch(() => {});
      // Told on every subscription that stands by then: this one may still be under way.
      await expect
        .poll(
          async () => {
            await place();
            await lists().privateDeleteOrderList({ symbol: 'BTCUSDT', listClientOrderId: 'pair' });
            return told.join(', ');
          },
          { timeout: 10_000, interval: 200 },
        )
        .toContain('pair EXEC_STARTED EXECUTING, pair ALL_DONE ALL_DONE');
    });

    it('prices the wrong way round are refused, and nothing of it rests', async () => {
      const refused = place({ abovePrice: await away(0.97), belowStopPrice: await away(0.95) });
      await expect(refused).rejects.toThrow('The relationship of the prices for the orders is not correct.');
      expect(await x.fetchOpenOrders()).toEqual([]);
    });
  });

  it('a resting order is filled by the market that comes to it', async () => {
    // Far enough below the book that it still rests when it arrives, whatever the market did meanwhile.
    const price = Number(await away(0.998));
    const order = await x.createOrder(SYMBOL, 'limit', 'buy', 0.05, price);
    await bench.control('POST', '/_market/shock', { symbol: 'BTC/USDT', bps: -100 });
    await expect.poll(async () => (await x.fetchOrder(order.id!, SYMBOL)).status, { timeout: 5_000 }).toBe('closed');
    const [fill] = (await x.fetchMyTrades(SYMBOL, undefined, 100)).filter((trade) => trade.order === order.id);
    expect(fill).toMatchObject({ price, takerOrMaker: 'maker' });
  });
});

describe('refusals', () => {
  const cases: [string, () => Promise<unknown>, string][] = [
    [
      'more than the account has',
      async () => x.createOrder(SYMBOL, 'limit', 'buy', 100, Number(await away(0.9))),
      'InsufficientFunds',
    ],
    [
      'below the minimum notional',
      async () => x.createOrder(SYMBOL, 'limit', 'buy', 0.00001, Number(await away(0.9))),
      'BadRequest',
    ],
    [
      'a price far off',
      async () => x.createOrder(SYMBOL, 'limit', 'sell', 0.01, Number(await away(6))),
      'InvalidOrder',
    ],
    ['an unknown order', async () => x.fetchOrder('999999', SYMBOL), 'OrderNotFound'],
    ['cancelling an unknown order', async () => x.cancelOrder('999999', SYMBOL), 'OrderNotFound'],
    [
      'a symbol that is not traded',
      async () =>
        (x as unknown as { publicGetDepth(p: object): Promise<unknown> }).publicGetDepth({ symbol: 'NOPEUSDT' }),
      'BadSymbol',
    ],
    ['an interval that is not served', async () => x.fetchOHLCV(SYMBOL, '1w'), 'BadRequest'],
    [
      'an endpoint that is not served',
      async () =>
        (x as unknown as { sapiGetCapitalConfigGetall(p: object): Promise<unknown> }).sapiGetCapitalConfigGetall({}),
      'OperationFailed',
    ],
    [
      'COIN-M futures',
      async () =>
        (x as unknown as { dapiPublicGetExchangeInfo(p: object): Promise<unknown> }).dapiPublicGetExchangeInfo({}),
      'OperationFailed',
    ],
    [
      'a stop that would trigger',
      async () => x.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, { stopLossPrice: await away(1.05) }),
      'OrderImmediatelyFillable',
    ],
  ];
  it.each(cases)('%s', async (_what, work, name) => {
    expect(await nameOf(work())).toBe(name);
  });

  it('a client id that a live order has', async () => {
    const price = Number(await away(0.9));
    await x.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { clientOrderId: 'twice' });
    await expect(x.createOrder(SYMBOL, 'limit', 'buy', 0.01, price, { clientOrderId: 'twice' })).rejects.toThrow(
      'Duplicate order sent.',
    );
  });

  it('a wrong key and a wrong secret', async () => {
    const stranger = await bench.connect();
    stranger.apiKey = 'a'.repeat(64);
    expect(await nameOf(stranger.fetchBalance())).toBe('AuthenticationError');
    stranger.apiKey = bench.venue.apiKey;
    stranger.secret = 'wrong';
    expect(await nameOf(stranger.fetchBalance())).toBe('AuthenticationError');
  });

  it('a request that is too old', async () => {
    const late = await bench.connect();
    (late as unknown as { nonce(): number }).nonce = () => Date.now() - 120_000;
    expect(await nameOf(late.fetchBalance())).toBe('InvalidNonce');
  });
});

describe('streams', () => {
  it('trades, candles, tickers and best prices arrive', async () => {
    const [trades, candles, ticker, best] = await Promise.all([
      x.watchTrades(SYMBOL),
      x.watchOHLCV(SYMBOL, '1m'),
      x.watchTicker(SYMBOL),
      x.watchBidsAsks([SYMBOL]),
    ]);
    expect(Number(trades[0]!.price)).toBeGreaterThan(0);
    expect(Number(candles.at(-1)![5])).toBeGreaterThan(0);
    expect(Number(ticker.last)).toBeGreaterThan(0);
    expect(Number(best[SYMBOL]!.ask)).toBeGreaterThan(Number(best[SYMBOL]!.bid));
  });

  it('a full ticker has bid and ask', async () => {
    const ticker = await x.watchTicker('ETH/USDT', { name: 'ticker' });
    expect(Number(ticker.ask)).toBeGreaterThan(Number(ticker.bid));
  });

  it('the book kept from the diffs is the book of a snapshot with the same id', async () => {
    let compared = 0;
    const kept = await x.watchOrderBook(SYMBOL, 1_000);
    for (let round = 0; round < 20 && compared < 3; round += 1) {
      const snapshot = await x.fetchOrderBook(SYMBOL, 1_000);
      while (Number(kept.nonce) < Number(snapshot.nonce)) await x.watchOrderBook(SYMBOL, 1_000);
      if (kept.nonce !== snapshot.nonce) continue;
      compared += 1;
      expect(Number(kept.bids[0]![0])).toBeLessThan(Number(kept.asks[0]![0]));
      expect(kept.bids.map((l) => [...l])).toEqual(snapshot.bids.map((l) => [...l]));
      expect(kept.asks.map((l) => [...l])).toEqual(snapshot.asks.map((l) => [...l]));
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('a closed candle on the stream is the candle of REST', async () => {
    let closed: number[] | undefined;
    const seen = new Map<number, number[]>();
    for (let round = 0; round < 40 && !closed; round += 1) {
      const rows = await x.watchOHLCV('ETH/USDT', '1s');
      for (const row of rows) seen.set(Number(row[0]), row.map(Number));
      if (seen.size >= 3) closed = [...seen.values()][1];
    }
    const [row] = await x.fetchOHLCV('ETH/USDT', '1s', closed![0], 1);
    expect(row!.map(Number)).toEqual(closed);
  });

  it('own orders, trades and balances are told; orders may go over the socket', async () => {
    const updates = x.watchOrders(SYMBOL);
    const mine = x.watchMyTrades(SYMBOL);
    await new Promise((done) => setTimeout(done, 300));
    const order = await x.createOrderWs(SYMBOL, 'market', 'buy', 0.01);
    expect(order.status).toBe('closed');
    expect((await updates).map((update) => update.id)).toContain(order.id);
    expect((await mine).map((trade) => trade.order)).toContain(order.id);
    const resting = await x.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, Number(await away(0.9)));
    expect(resting.status).toBe('open');
    expect(await x.cancelOrderWs(resting.id!, SYMBOL)).toMatchObject({ status: 'canceled' });
    await expect(x.cancelOrderWs(resting.id!, SYMBOL)).rejects.toThrow('Unknown order sent.');
  });

  it('balances are told', async () => {
    const balance = x.watchBalance();
    await new Promise((done) => setTimeout(done, 200));
    await x.createOrder(SYMBOL, 'market', 'buy', 0.01);
    expect(Number((await balance)['BTC']!.total)).toBeGreaterThan(0);
  });
});
