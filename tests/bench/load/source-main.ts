/** A venue that only talks: Binance spot's public wire on loopback, at a rate that its parent sets. Runs as a forked process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type FromSource,
  type MessageKind,
  MIX,
  QUOTE_EVERY_MS,
  type Sent,
  SYMBOLS,
  type ToSource,
} from './load-wire.ts';
import { SourceMarket } from './source-market.ts';

const STEP_MS = 4;
const markets = SYMBOLS.map((symbol, index) => new SourceMarket(symbol, index));
/** Who listens to a stream, by its name. */
const listeners = new Map<string, WebSocket>();
const sent = { trades: 0, depths: 0, tickers: 0, klines: 0, quotes: 0 };
let waitingBytesMax = 0;

const tell = (message: FromSource): void => void process.send?.(message);

function push(stream: string, text: string, count: keyof Sent): boolean {
  const socket = listeners.get(stream);
  if (!socket) return false;
  socket.send(text);
  sent[count] += 1;
  return true;
}

const turns = { trade: 0, depth: 0, ticker: 0, kline: 0 };
/** The next message of this kind, symbol by symbol; a stream to which nobody listens is passed over. */
function sendOne(kind: MessageKind, nowMs: number): void {
  for (let tries = 0; tries < SYMBOLS.length; tries += 1) {
    turns[kind] = (turns[kind] + 1) % SYMBOLS.length;
    const turn = turns[kind];
    const market = markets[turn] as SourceMarket;
    const lower = (SYMBOLS[turn] as string).toLowerCase();
    if (kind === 'trade' && listeners.has(`${lower}@trade`)) {
      push(`${lower}@trade`, market.trade(nowMs), 'trades');
      return;
    }
    if (kind === 'depth' && listeners.has(`${lower}@depth@100ms`)) {
      push(`${lower}@depth@100ms`, market.depth(nowMs), 'depths');
      return;
    }
    if (kind === 'ticker' && push(`${lower}@ticker`, market.ticker(nowMs), 'tickers')) return;
    if (kind === 'kline') {
      const kline = market.kline(nowMs);
      if (kline && push(`${lower}@kline_${kline.name}`, kline.text, 'klines')) return;
    }
  }
}

function closeCandles(nowMs: number): void {
  markets.forEach((market, index) => {
    const lower = (SYMBOLS[index] as string).toLowerCase();
    for (const { name, text } of market.closed(nowMs)) push(`${lower}@kline_${name}`, text, 'klines');
  });
}

let mixed = 0;
function run(perSecond: number, ms: number): void {
  const startMs = performance.now();
  const total = Math.round((perSecond * ms) / 1_000);
  let done = 0;
  const step = (): void => {
    const elapsedMs = performance.now() - startMs;
    const due = Math.min(total, Math.floor((elapsedMs * perSecond) / 1_000));
    const nowMs = Date.now();
    closeCandles(nowMs);
    for (; done < due; done += 1) {
      sendOne(MIX[mixed % MIX.length] as MessageKind, nowMs);
      mixed += 1;
    }
    const waiting = [...new Set(listeners.values())].reduce((sum, socket) => sum + socket.bufferedAmount, 0);
    waitingBytesMax = Math.max(waitingBytesMax, waiting);
    if (done < total) setTimeout(step, STEP_MS);
    else tell({ kind: 'ran', sent: { ...sent }, tookMs: performance.now() - startMs, waitingBytesMax });
  };
  waitingBytesMax = 0;
  step();
}

let hushed = false;
setInterval(() => {
  if (hushed) return;
  closeCandles(Date.now());
  markets.forEach((market, index) => {
    const stream = `${(SYMBOLS[index] as string).toLowerCase()}@bookTicker`;
    if (listeners.has(stream)) push(stream, market.quote(), 'quotes');
  });
}, QUOTE_EVERY_MS);

const symbolInfo = (symbol: string): string =>
  `{"symbol":"${symbol}","status":"TRADING","baseAsset":"${symbol.slice(0, 3)}","quoteAsset":"USDT","orderTypes":["LIMIT","MARKET"],"isSpotTradingAllowed":true,"permissions":["SPOT"],"filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"100000.00","tickSize":"0.01"},{"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9000.00000","stepSize":"0.00001"},{"filterType":"NOTIONAL","minNotional":"5.00","maxNotional":"9000000.00"}]}`;

function answer(path: string, query: URLSearchParams): string | null {
  const market = markets[SYMBOLS.indexOf(query.get('symbol') ?? '')];
  switch (path) {
    case '/_about':
      return JSON.stringify({
        kind: 'generated',
        description: 'load source',
        symbols: SYMBOLS.map((symbol) => `${symbol.slice(0, 3)}/USDT`),
      });
    case '/api/v3/exchangeInfo':
      return `{"timezone":"UTC","serverTime":${Date.now()},"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":100000}],"symbols":[${SYMBOLS.map(symbolInfo).join()}]}`;
    case '/api/v3/time':
      return `{"serverTime":${Date.now()}}`;
    case '/api/v3/klines':
      return (
        market?.klineRows(query.get('interval') ?? '', Number(query.get('startTime')), Number(query.get('endTime'))) ??
        null
      );
    case '/api/v3/depth':
      return market?.snapshot() ?? null;
    case '/api/v3/account':
      return '{"updateTime":0,"balances":[{"asset":"USDT","free":"10000.00","locked":"0.00"}]}';
    case '/api/v3/openOrders':
    case '/api/v3/myTrades':
      return '[]';
    default:
      return null;
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://source');
  const body = request.method === 'GET' ? answer(url.pathname, url.searchParams) : null;
  response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
  response.end(body ?? '{"code":-1000,"msg":"The load source only talks."}');
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { method, params, id } = JSON.parse(String(data)) as { method: string; params: unknown; id: unknown };
    if (method === 'userDataStream.subscribe.signature') {
      socket.send(JSON.stringify({ id, status: 200, result: { subscriptionId: 0 } }));
      return;
    }
    for (const stream of params as string[]) {
      if (method === 'SUBSCRIBE') listeners.set(stream, socket);
      else listeners.delete(stream);
    }
    socket.send(JSON.stringify({ result: null, id }));
  });
  socket.on('close', () => {
    for (const [stream, listener] of listeners) if (listener === socket) listeners.delete(stream);
  });
});

process.on('message', (message: ToSource) => {
  hushed = message.kind === 'hush' || (hushed && message.kind !== 'run');
  if (message.kind === 'run') run(message.perSecond, message.ms);
  else if (message.kind === 'count')
    tell({
      kind: 'counted',
      sent: { ...sent },
      streams: listeners.size,
      books: Object.fromEntries(markets.map(({ lastUpdateId }, index) => [SYMBOLS[index] as string, lastUpdateId])),
    });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => tell({ kind: 'listening', port: (server.address() as AddressInfo).port }));
