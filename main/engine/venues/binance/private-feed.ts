import { believed, type ConnectorContext, isClockError } from './connector-context.ts';
import { readExecutionReport } from './convert-orders.ts';
import { keepWatching } from './stream-loop.ts';

/** ccxt's key for the account's event stream. */
const PRIVATE_SUBSCRIPTION = 'spot';

/** Our own orders and fills as they happen. What it missed while it was down is the audit's to find. */
export interface PrivateFeed {
  start(): void;
  onExecutionReport(message: unknown): void;
  onLive(): void;
  onEnded(why: string): void;
}

export function createPrivateFeed(context: ConnectorContext, afterSubscribe: () => void): PrivateFeed {
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
          for (const socket of context.exchange.socketsOf(PRIVATE_SUBSCRIPTION)) {
            socket.onError(new Error(why));
            socket.close();
          }
        },
        running: () => true,
      });
    },
    onExecutionReport(message) {
      const read = believed(context, readExecutionReport(message, context.instruments.byVenueSymbol));
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
