import { z } from 'zod';

const limits = {
  /** How many times it strikes; without it, as long as it stands. */
  count: z.number().int().positive().max(1_000_000).optional(),
  /** How long it stands. */
  durationMs: z.number().int().positive().max(86_400_000).optional(),
};
const route = {
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
  /** Beginning of the path, e.g. `/api/v3/depth`. */
  path: z.string().startsWith('/').optional(),
};
const channel = z.enum(['stream', 'ws-api']).optional();
/** Part of a stream's name (`btcusdt@depth`), or of a private event's (`executionReport`). */
const stream = z.string().min(1).optional();
const ms = z.number().int().min(0).max(600_000);

const faultSchema = z.discriminatedUnion('fault', [
  z.strictObject({
    fault: z.literal('http-status'),
    status: z.number().int().min(400).max(599),
    code: z.number().int().optional(),
    msg: z.string().optional(),
    retryAfterSec: z.number().int().positive().optional(),
    ...route,
    ...limits,
  }),
  z.strictObject({ fault: z.literal('html'), ...route, ...limits }),
  z.strictObject({ fault: z.literal('truncate'), ...route, ...limits }),
  z.strictObject({ fault: z.literal('delay'), delayMs: ms, ...route, ...limits }),
  z.strictObject({ fault: z.literal('hang'), ...route, ...limits }),
  z.strictObject({ fault: z.literal('reset'), ...route, ...limits }),
  z.strictObject({ fault: z.literal('reset-after-accept'), ...route, ...limits }),
  z.strictObject({ fault: z.literal('clock-skew'), skewMs: z.number().int(), ...limits }),
  z.strictObject({ fault: z.literal('private-order'), when: z.enum(['before', 'after']), ...limits }),
  z.strictObject({ fault: z.literal('terminate'), channel, stream }),
  z.strictObject({
    fault: z.literal('close'),
    code: z.union([z.literal(1000), z.number().int().min(1001).max(4999)]),
    reason: z.string().max(100).optional(),
    channel,
    stream,
  }),
  z.strictObject({
    fault: z.literal('refuse-upgrade'),
    status: z.number().int().min(400).max(599),
    channel,
    ...limits,
  }),
  z.strictObject({ fault: z.literal('mute-pong'), channel, ...limits }),
  z.strictObject({ fault: z.literal('mute-data'), channel, stream, ...limits }),
  z.strictObject({ fault: z.literal('mute-ack'), channel, ...limits }),
  z.strictObject({ fault: z.literal('gap'), channel, stream, ...limits }),
  z.strictObject({ fault: z.literal('duplicate'), channel, stream, ...limits }),
  z.strictObject({ fault: z.literal('reorder'), channel, stream, ...limits }),
  z.strictObject({ fault: z.literal('malformed'), channel, stream, ...limits }),
  z.strictObject({ fault: z.literal('latency'), delayMs: ms, channel, stream, ...limits }),
  z.strictObject({ fault: z.literal('login-fail'), ...limits }),
  z.strictObject({ fault: z.literal('stream-terminated') }),
  /** The API key is no good any more, or only for reading. Public data goes on. */
  z.strictObject({ fault: z.literal('key-refused'), only: z.literal('trading').optional(), ...limits }),
  /** REST answers 503 but for the system's status, which says so; connections are closed and no new ones taken. */
  z.strictObject({ fault: z.literal('maintenance'), msg: z.string().max(200).optional(), ...limits }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['fault'];
type FaultOf<K extends FaultKind> = Extract<Fault, { fault: K }>;

export interface StandingFault {
  readonly id: number;
  readonly fault: Fault;
  /** Strikes left; null for no bound. */
  left: number | null;
  readonly untilMs: number | null;
  struck: number;
}

const HTTP_KINDS = ['http-status', 'html', 'truncate', 'delay', 'hang', 'reset', 'reset-after-accept'] as const;
export type HttpFault = FaultOf<(typeof HTTP_KINDS)[number]>;
const MESSAGE_KINDS = ['mute-data', 'gap', 'duplicate', 'reorder', 'malformed', 'latency'] as const;
export type MessageFault = FaultOf<(typeof MESSAGE_KINDS)[number]>;
const FAULTS_MAX = 100;

/** Reads a fault from a request body; an error is one sentence that names the field. */
export function parseFault(body: unknown): { ok: true; fault: Fault } | { ok: false; message: string } {
  const parsed = faultSchema.safeParse(body);
  if (parsed.success) return { ok: true, fault: parsed.data };
  const issue = parsed.error.issues[0]!;
  return { ok: false, message: `fault: ${issue.path.join('.') || 'body'}: ${issue.message}` };
}

/** The switches that stand now. Each question that a fault answers counts as one strike. */
export class FaultBoard {
  readonly #nowMs: () => number;
  readonly #standing: StandingFault[] = [];
  #nextId = 1;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** @throws RangeError when too many stand already. */
  add(fault: Fault): StandingFault {
    if (this.list().length >= FAULTS_MAX) throw new RangeError(`more than ${FAULTS_MAX} faults at once`);
    const count = 'count' in fault ? fault.count : undefined;
    const durationMs = 'durationMs' in fault ? fault.durationMs : undefined;
    const untilMs = durationMs === undefined ? null : this.#nowMs() + durationMs;
    const standing = { id: this.#nextId++, fault, left: count ?? null, untilMs, struck: 0 };
    this.#standing.push(standing);
    return standing;
  }

  list(): readonly StandingFault[] {
    const nowMs = this.#nowMs();
    for (let at = this.#standing.length - 1; at >= 0; at -= 1) {
      const { left, untilMs } = this.#standing[at]!;
      if (left === 0 || (untilMs !== null && nowMs >= untilMs)) this.#standing.splice(at, 1);
    }
    return this.#standing;
  }

  clear(id?: number): void {
    const kept = id === undefined ? [] : this.#standing.filter((standing) => standing.id !== id);
    this.#standing.splice(0, this.#standing.length, ...kept);
  }

  /** Everything that strikes this HTTP request, in the order in which it was switched on. */
  forHttp(method: string, path: string): HttpFault[] {
    return this.#strike((fault): fault is HttpFault => {
      if (!(HTTP_KINDS as readonly string[]).includes(fault.fault)) return false;
      const { method: m, path: p } = fault as HttpFault;
      return (m === undefined || m === method) && (p === undefined || path.startsWith(p));
    });
  }

  /** Everything that strikes this outgoing message. */
  forMessage(channelName: 'stream' | 'ws-api', name: string): MessageFault[] {
    if (this.#standing.length === 0) return [];
    return this.#strike((fault): fault is MessageFault => {
      if (!(MESSAGE_KINDS as readonly string[]).includes(fault.fault)) return false;
      const { channel: c, stream: s } = fault as MessageFault;
      return (c === undefined || c === channelName) && (s === undefined || name.includes(s));
    });
  }

  /** The first standing fault of this kind for the channel, struck once. */
  first<K extends FaultKind>(kind: K, channelName?: 'stream' | 'ws-api'): FaultOf<K> | null {
    let found = false;
    const hit = this.#strike((fault): fault is FaultOf<K> => {
      if (found || fault.fault !== kind) return false;
      const c = 'channel' in fault ? fault.channel : undefined;
      found = c === undefined || channelName === undefined || c === channelName;
      return found;
    });
    return hit[0] ?? null;
  }

  /** What stands of this kind. Looking is no strike. */
  standing<K extends FaultKind>(kind: K): FaultOf<K> | null {
    const found = this.list().find(({ fault }) => fault.fault === kind);
    return (found?.fault as FaultOf<K> | undefined) ?? null;
  }

  /** How far the exchange's clock is off. Reading it is no strike. */
  skewMs(): number {
    return this.standing('clock-skew')?.skewMs ?? 0;
  }

  #strike<T extends Fault>(hits: (fault: Fault) => fault is T): T[] {
    const struck: T[] = [];
    for (const standing of this.list()) {
      if (!hits(standing.fault)) continue;
      standing.struck += 1;
      if (standing.left !== null) standing.left -= 1;
      struck.push(standing.fault);
    }
    return struck;
  }
}
