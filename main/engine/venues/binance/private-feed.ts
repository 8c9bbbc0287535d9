import { believed, type ConnectorContext, isClockError } from './connector-context.ts';
import type { BinanceMarket } from './market.ts';
import { keepWatching } from './stream-loop.ts';
import type { WsClientLike } from './tapped-binance.ts';

/** Our own orders and fills as they happen. What it missed while it was down is the audit's to find. */
export interface PrivateFeed {
  start(): void;
  onExecutionReport(message: unknown): void;
  /** The login was answered on this socket. */
  onLive(socket: WsClientLike): void;
  onEnded(why: string): void;
  /** Call about every second. A login that nobody answers, and a stream watched on a socket without one, wait for ever. */
  check(): void;
}

export function createPrivateFeed(
  context: ConnectorContext,
  {
    loginMsMax,
    subscribed,
    market,
  }: { readonly loginMsMax: number; readonly subscribed: () => void; readonly market: BinanceMarket },
): PrivateFeed {
  const { exchange } = context;
  let status: 'connecting' | 'live' | 'down' = 'connecting';
  let loggedInOn: WsClientLike | null = null;
  let askedAtMs = 0;

  function setStatus(next: typeof status, why: string): void {
    if (status === next) return;
    status = next;
    context.emit({ kind: 'PrivateStreamChanged', status, why });
  }

  return {
    start() {
      context.emit({ kind: 'PrivateStreamChanged', status: 'connecting', why: '' });
      void keepWatching(context, {
        name: 'private stream',
        watch: async () => {
          askedAtMs = context.nowMs();
          try {
            return await exchange.watchOrders();
          } catch (error) {
            if (isClockError(error)) await context.correctClock();
            throw error;
          }
        },
        broke: (why) => {
          setStatus('down', why);
          // Whatever broke may have been a fill: a new subscription, and the audit that follows it, make sure.
          exchange.drop(exchange.socketsOf(market.privateSubscription), why);
        },
        running: () => true,
      });
    },
    onExecutionReport(message) {
      const read = believed(context, market.readPrivateEvent(message, context.instruments.byVenueSymbol));
      if (!read) return;
      if (read.fill) context.emit({ kind: 'FillReported', fill: read.fill });
      context.emit({ kind: 'OrderReported', report: read.report });
    },
    onLive(socket) {
      loggedInOn = socket;
      setStatus('live', '');
      subscribed();
    },
    onEnded(why) {
      setStatus('down', why);
    },
    check() {
      const silent = exchange.socketsOf(market.privateSubscription).filter((socket) => {
        if (socket === loggedInOn || !socket.isConnected) return false;
        return context.nowMs() - Math.max(askedAtMs, socket.connectionEstablished ?? 0) > loginMsMax;
      });
      exchange.drop(silent, 'the login to the private stream was not answered');
    },
  };
}
