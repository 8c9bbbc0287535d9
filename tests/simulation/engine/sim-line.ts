import type { RequestTrace } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { observeResponse } from '../../../main/engine/venues/binance/venue-limits.ts';
import type { RequestBudget } from '../../../main/engine/venues/request-budget.ts';
import type { FaultBox, NATURAL_REFUSALS, RequestKind } from './faults.ts';
import type { SimTime } from './sim-time.ts';
import type { Reply, SimWire } from './sim-wire.ts';

/** An order at the venue's door, before it is judged. */
export interface Arrival {
  /** By which we know it; its own client order id may differ. */
  readonly name: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qtyLots: number | null;
  readonly priceTicks: number | null;
  readonly stopTicks: number | null;
  readonly reduceOnly: boolean;
}

export interface LineParts {
  readonly time: SimTime;
  readonly wire: SimWire;
  readonly faults: FaultBox;
  readonly budget: RequestBudget;
  /** The process's own clock. */
  readonly nowMs: () => number;
  readonly onStreamLive: () => void;
  readonly onMessage: (message: unknown) => void;
}

const NATURAL: Readonly<Record<string, (typeof NATURAL_REFUSALS)[number]>> = {
  'would-match': 'post-only-would-match',
  'would-trigger': 'stop-would-trigger',
  'insufficient-balance': 'insufficient-balance',
  'reduce-only': 'nothing-to-reduce',
};

/** ccxt's manners over the simulated wire: traced requests of the connector's budget, and one private stream. */
export class SimLine {
  readonly options = { timeDifference: 0 };
  readonly #parts: LineParts;
  #tracing: RequestTrace | null = null;
  #closeStream = (): void => {};
  #isGone = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  traced<T>(trace: RequestTrace, action: () => Promise<T>): Promise<T> {
    this.#tracing = trace;
    const going = action();
    this.#tracing = null;
    return going;
  }

  async call(kind: RequestKind, signed: boolean, serve: (fault: string | null) => Reply): Promise<unknown> {
    const { budget, wire, nowMs } = this.#parts;
    const trace = this.#tracing;
    if (trace) await budget.take(trace.requestClass, trace.weight, trace.waitMsMax);
    const timestampMs = signed ? nowMs() - this.options.timeDifference : null;
    const reply = await this.#whileHere(wire.send(kind, trace, timestampMs, serve));
    observeResponse(budget, nowMs(), reply.status, this.#headersOf(reply.status), reply.body);
    if (reply.status < 300 && typeof reply.body !== 'string') return reply.body;
    const error = new Error(JSON.stringify(reply.body));
    error.name = NAMES.get((reply.body as { code?: number }).code) ?? error.name;
    throw error;
  }

  /** Rejects when the stream breaks; there is one at a time. */
  watch(): Promise<never> {
    const { wire, onStreamLive, onMessage } = this.#parts;
    this.#closeStream();
    return new Promise((_, reject) => {
      const failed = (): void => {
        const error = new Error('the private stream broke');
        error.name = 'NetworkError';
        reject(error);
      };
      this.#closeStream = wire.openStream(onStreamLive, onMessage, failed);
    });
  }

  /** A refusal that comes of the market itself is wanted, and counted. */
  noteRefusal(kind: string): void {
    const natural = NATURAL[kind];
    if (natural) this.#parts.faults.strike(natural);
  }

  /** A process that is gone hears no answer, and does nothing after it. */
  #whileHere(answer: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      answer.then(
        (reply) => this.#isGone || resolve(reply),
        (error) => this.#isGone || reject(error),
      );
    });
  }

  /** The process is gone: its stream with it. */
  close(): void {
    this.#isGone = true;
    this.#closeStream();
  }

  #headersOf(status: number): Record<string, string> {
    const { wire, time } = this.#parts;
    const headers: Record<string, string> = {};
    if (wire.weightStated !== null) headers['x-mbx-used-weight-1m'] = String(wire.weightStated);
    if (status !== 429 && status !== 418) return headers;
    const leftMs = (wire.ban?.untilMs ?? 0) - time.nowMs;
    return { ...headers, 'retry-after': String(Math.max(1, Math.ceil(leftMs / 1_000))) };
  }
}

/** ccxt's classes of the venue's codes, where the connector asks for them. */
const NAMES: ReadonlyMap<number | undefined, string> = new Map([
  [-1021, 'InvalidNonce'],
  [-2011, 'OrderNotFound'],
]);
