import type { VenueAccessChanged } from '../../domain/events.ts';
import type { BreakerStatus } from '../circuit-breaker.ts';
import { type ConnectorContext, newTrace } from './connector-context.ts';
import { wordsOf } from './errors.ts';
import type { BinanceMarket } from './market.ts';
import type { VenueAnswer } from './tapped-binance.ts';

/** Not authorised, signature not valid, no such key, key or its permissions not enough. */
const KEY_CODES: ReadonlySet<number> = new Set([-1002, -1022, -2014, -2015]);
/** What an order would be refused with. */
const NO_RIGHT = -2015;
const PROBE_MS = 5_000;
const PROBE_WAIT_MS_MAX = 5_000;

/** What a key is for; each is allowed or refused by itself. */
type KeyUse = 'reading' | 'trading' | 'the order stream';

/**
 * Whether the venue lets us trade. Its answers show when it refuses our key; after a server error it is asked whether it is
 * in maintenance. While something is refused it is asked again every few seconds, so that the end is noticed by itself.
 */
export interface VenueAccess {
  onAnswer(answer: VenueAnswer): void;
  /** A request over a socket was refused: the login to the private stream is the only one with our key. */
  onSocketRefusal(code: number, text: string): void;
  onPrivateStreamLive(): void;
  /** How the breaker of the entries stands: while its pause runs, an entry would not be sent. */
  onEntries(breaker: Pick<BreakerStatus, 'state' | 'why'>): void;
  /** Reads what the venue says that our key may do; a key without the right to trade is found before an order is refused. */
  askRights(): Promise<void>;
}

export function createVenueAccess(
  context: Pick<ConnectorContext, 'exchange' | 'instruments' | 'emit' | 'nowMs' | 'running' | 'sleep'>,
  tradeRight: BinanceMarket['tradeRight'],
): VenueAccess {
  const { exchange } = context;
  const refused = new Map<KeyUse, string>();
  const told = new Map<VenueAccessChanged['code'], string | null>();
  let maintenance: string | null = null;
  let statusAskedAtMs = Number.NEGATIVE_INFINITY;
  let probing = false;

  function tell(code: VenueAccessChanged['code'], why: string | null): void {
    if ((told.get(code) ?? null) === why) return;
    told.set(code, why);
    context.emit({ kind: 'VenueAccessChanged', code, why });
  }
  function tellKey(): void {
    const [use] = refused.keys();
    if (use === undefined) {
      tell('key-refused', null);
      return;
    }
    const words = refused.get(use) as string;
    const onlyTrading = refused.size === 1 && use === 'trading';
    const what = onlyTrading ? 'lets the API key read but not trade' : 'refuses the API key';
    tell('key-refused', `the venue ${what} (${words})`);
    void probe();
  }
  function judge(use: KeyUse, code: number | null, text: string): void {
    const isRefusal = code !== null && KEY_CODES.has(code);
    if (isRefusal === refused.has(use)) return;
    if (isRefusal) refused.set(use, `${text.replace(/\.$/, '')}, ${code}`);
    else refused.delete(use);
    tellKey();
  }

  async function askStatus(): Promise<void> {
    statusAskedAtMs = context.nowMs();
    try {
      const answer = await ask(() => exchange.sapiGetSystemStatus());
      const { status, msg } = answer as { status?: unknown; msg?: unknown };
      // Anything but the venue's own word leaves it as it was.
      if (status === 1) maintenance = wordsOf(msg) || 'no word how long';
      else if (status === 0) maintenance = null;
    } catch {}
    tell('maintenance', maintenance);
    if (maintenance !== null) void probe();
  }
  const ask = (call: () => Promise<unknown>): Promise<unknown> =>
    exchange.traced(newTrace('query', 1, PROBE_WAIT_MS_MAX), call);

  /** Asks until nothing is refused any more; `onAnswer` sees what comes of it. */
  async function probe(): Promise<void> {
    if (probing) return;
    probing = true;
    while (context.running() && (maintenance !== null || refused.size > 0)) {
      await context.sleep(PROBE_MS);
      if (!context.running()) break;
      if (maintenance !== null) await askStatus();
      if (refused.has('reading')) await ask(() => exchange.askOpenOrders(anyOrder().symbol)).catch(() => undefined);
      if (refused.has('trading')) await ask(() => exchange.testOrder(anyOrder())).catch(() => undefined);
    }
    probing = false;
  }
  /** The venue only checks it; whatever it thinks of the order, the key was good enough. */
  const anyOrder = () => {
    const [instrument] = context.instruments.all;
    const symbol = instrument && context.instruments.venueSymbol(instrument.id);
    return { symbol, side: 'BUY', type: 'MARKET', quantity: instrument?.minQty };
  };

  return {
    onAnswer({ method, status, parsed, signed }) {
      if (status >= 500 && context.nowMs() - statusAskedAtMs >= PROBE_MS) void askStatus();
      if (!signed || status >= 500 || typeof parsed !== 'object' || parsed === null) return;
      const { code, msg } = parsed as { code?: unknown; msg?: unknown };
      judge(method === 'GET' ? 'reading' : 'trading', typeof code === 'number' ? code : null, wordsOf(msg));
    },
    onSocketRefusal(code, text) {
      if (KEY_CODES.has(code)) judge('the order stream', code, text);
    },
    onPrivateStreamLive: () => judge('the order stream', null, ''),
    onEntries({ state, why }) {
      tell('not-answering', state === 'open' ? `orders to the venue have had no answer (${why})` : null);
    },
    async askRights() {
      // Where it is refused already, the order that is only checked tells when that is over.
      if (refused.has('trading')) return;
      try {
        const rights = (await ask(() => exchange.sapiGetAccountApiRestrictions())) as Record<string, unknown>;
        if (rights[tradeRight] === false) judge('trading', NO_RIGHT, 'it has no right to trade');
      } catch {}
    },
  };
}
