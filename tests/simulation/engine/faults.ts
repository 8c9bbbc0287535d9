/** What can go wrong with one request of a kind. */
export const REQUEST_FAULTS = {
  submit: [
    'submit-lost',
    'submit-reply-lost',
    'submit-connection-refused',
    'submit-5xx-placed',
    'submit-5xx-not-placed',
    'submit-html',
    'submit-slow',
    'submit-late',
    'submit-refused',
    'submit-hidden',
  ],
  stop: ['stop-refused'],
  cancel: ['cancel-lost', 'cancel-reply-lost', 'cancel-5xx', 'cancel-slow'],
  read: ['read-lost', 'read-5xx', 'read-slow', 'read-html'],
  countdown: ['countdown-lost', 'countdown-reply-lost', 'countdown-5xx'],
} as const;

/** What can go wrong with one message of the private stream. */
export const STREAM_FAULTS = ['report-duplicated', 'report-late', 'report-lost', 'reports-lost'] as const;

/** What is wrong for a while, or happens once. */
export const WORLD_FAULTS = [
  'stream-down',
  'ban-429',
  'ban-418',
  'venue-unreachable',
  'quotes-frozen',
  'feed-down',
  'price-shock',
  'clock-step',
  'cancelled-elsewhere',
  'traded-elsewhere',
  'rules-changed',
] as const;

/** The same, of perpetuals alone. */
export const PERPETUAL_FAULTS = ['funding', 'margin-call'] as const;

export const CRASH_FAULTS = [
  'crash-append',
  'crash-before-write',
  'crash-half-write',
  'crash-after-write',
  'crash-after-sync',
  'crash-before-send',
  'crash-after-send',
  'crash-idle',
  'power-cut',
] as const;

export type RequestKind = keyof typeof REQUEST_FAULTS;
export type RequestFault = (typeof REQUEST_FAULTS)[RequestKind][number];
export type StreamFault = (typeof STREAM_FAULTS)[number];
export type WorldFault = (typeof WORLD_FAULTS | typeof PERPETUAL_FAULTS)[number];
export type CrashFault = (typeof CRASH_FAULTS)[number];
export type FaultKind = RequestFault | StreamFault | WorldFault | CrashFault;

/** Refusals that come of the market itself, not of a fault: wanted all the same. */
export const NATURAL_REFUSALS = [
  'post-only-would-match',
  'stop-would-trigger',
  'insufficient-balance',
  'nothing-to-reduce',
] as const;

/** What a venue of perpetuals does of its own accord. */
export const OWN_DOINGS = ['liquidation', 'dead-man-fired', 'reduce-only-ended'] as const;

export const ALL_FAULTS: readonly FaultKind[] = [
  ...Object.values(REQUEST_FAULTS).flat(),
  ...STREAM_FAULTS,
  ...WORLD_FAULTS,
  ...PERPETUAL_FAULTS,
  ...CRASH_FAULTS,
];

/** Faults wait here for the request or message that they are meant for; what they struck is counted. */
export class FaultBox {
  readonly #waiting = new Map<RequestKind | 'stream', (RequestFault | StreamFault)[]>();
  readonly struck = new Map<string, number>();
  /** Told of every fault that struck. */
  onStrike: (fault: string) => void = () => {};

  plan(fault: RequestFault | StreamFault): void {
    const kinds = Object.keys(REQUEST_FAULTS) as RequestKind[];
    const kind = kinds.find((each) => (REQUEST_FAULTS[each] as readonly string[]).includes(fault)) ?? 'stream';
    const waiting = this.#waiting.get(kind) ?? [];
    waiting.push(fault);
    this.#waiting.set(kind, waiting);
  }

  take(kind: RequestKind | 'stream'): RequestFault | StreamFault | null {
    const fault = this.#waiting.get(kind)?.shift() ?? null;
    if (fault !== null) this.strike(fault);
    return fault;
  }

  strike(fault: string): void {
    this.note(fault);
    this.onStrike(fault);
  }

  /** Counts what nothing has to be put right for. */
  note(what: string): void {
    this.struck.set(what, (this.struck.get(what) ?? 0) + 1);
  }

  clear(): void {
    this.#waiting.clear();
  }
}
