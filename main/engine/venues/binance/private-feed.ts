import { believed, type ConnectorContext, isClockError } from './connector-context.ts';
import { type BinanceMarket, SPOT_MARKET } from './market.ts';
import { keepWatching } from './stream-loop.ts';

/** Our own orders and fills as they happen. What it missed while it was down is the audit's to find. */
export interface PrivateFeed {
  start(): void;
  onExecutionReport(message: unknown): void;
  onLive(): void;
  onEnded(why: string): void;
}

export function createPrivateFeed(
  context: ConnectorContext,
  afterSubscribe: () => void,
  market: BinanceMarket = SPOT_MARKET,
): PrivateFeed {
  let status: 'connecting' | 'live' | 'down' = 'connecting';

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
          try {
            return await context.exchange.watchOrders();
          } catch (error) {
            if (isClockError(error)) await context.correctClock();
            throw error;
          }
        },
        broke: (why) => {
          setStatus('down', why);
          // Whatever broke may have been a fill: a new subscription, and the audit that follows it, make sure.
          for (const socket of context.exchange.socketsOf(market.privateSubscription)) {
            socket.onError(new Error(why));
            socket.close();
          }
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
    onLive() {
      setStatus('live', '');
      afterSubscribe();
    },
    onEnded(why) {
      setStatus('down', why);
    },
  };
}
