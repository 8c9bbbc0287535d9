/** What a request is for. The first class may use what the others must leave, and goes first. */
export type RequestClass = 'protect' | 'entry' | 'query' | 'market';

/** Lower goes first: cancel = flatten = protective stop, then entry, then query, then market data. */
const CLASS_RANK: Readonly<Record<RequestClass, number>> = { protect: 0, entry: 1, query: 2, market: 3 };
/** Share of the venue's limit that each class leaves untouched for those before it. */
const RESERVED_SHARE: Readonly<Record<RequestClass, number>> = { protect: 0, entry: 0.1, query: 0.2, market: 0.35 };

export interface BudgetLimits {
  /** Request weight per window, as the venue states it. */
  readonly weightMax: number;
  readonly windowMs: number;
  readonly waitingMax: number;
}
export interface BudgetClock {
  nowMs(): number;
  /** Runs `action` after `delayMs`; the answer takes it back. */
  after(delayMs: number, action: () => void): () => void;
}

/** Refused because too many requests wait already: nothing was sent. */
export class BudgetFull extends Error {
  override readonly name = 'BudgetFull';
}
/** Waited longer than it may: nothing was sent. */
export class BudgetTimeout extends Error {
  override readonly name = 'BudgetTimeout';
}
/** Given up because the connector stops: nothing was sent. */
export class BudgetClosed extends Error {
  override readonly name = 'BudgetClosed';
}

/**
 * One account's request budget: a token bucket of the venue's weight limit, refilled evenly, with a reserve that only
 * the earlier classes may touch. Waiting requests go by class, then in order of asking.
 */
export interface RequestBudget {
  /**
   * Resolves when the request may be sent.
   * @throws BudgetFull when `waitingMax` requests wait; BudgetTimeout after `waitMsMax`; BudgetClosed after `close`.
   */
  take(requestClass: RequestClass, weight: number, waitMsMax?: number): Promise<void>;
  /** The venue said to wait (429, 418; `why` says which): nothing is sent until then, and what protects goes first afterwards. */
  pauseUntil(timeMs: number, why?: string): void;
  setLimit(weightMax: number, windowMs: number): void;
  /** The venue's own count of weight used in its window; the bucket is lowered to it when it knows of more. */
  observeUsed(weightUsed: number): void;
  readonly waiting: number;
  readonly weightUsed: number;
  readonly weightMax: number;
  readonly pausedUntilMs: number;
  /** All of it at one moment, for the screen. */
  status(): BudgetStatus;
  close(): void;
}

export interface BudgetStatus {
  readonly weightUsed: number;
  readonly weightMax: number;
  readonly windowMs: number;
  /** Weight that only what protects may use. */
  readonly reserveWeight: number;
  readonly waiting: Readonly<Record<RequestClass, number>>;
  /** Null while nothing keeps requests from going out. */
  readonly pausedUntilMs: number | null;
  readonly pausedWhy: string;
}

interface Waiting {
  readonly requestClass: RequestClass;
  readonly weight: number;
  readonly go: () => void;
  readonly refuse: (error: Error) => void;
}

export function createRequestBudget(limits: BudgetLimits, clock: BudgetClock): RequestBudget {
  let { weightMax, windowMs } = limits;
  let tokens = weightMax;
  let refilledAtMs = clock.nowMs();
  let pausedUntilMs = 0;
  let pausedWhy = '';
  let closed = false;
  let cancelTimer: (() => void) | null = null;
  const queue: Waiting[] = [];

  function refill(): void {
    const nowMs = clock.nowMs();
    const sinceMs = nowMs - refilledAtMs;
    // A clock that was set back takes nothing away, and a pause lasts no longer for it.
    if (sinceMs < 0) pausedUntilMs += sinceMs;
    tokens = Math.min(weightMax, tokens + (Math.max(0, sinceMs) * weightMax) / windowMs);
    refilledAtMs = nowMs;
  }
  /** Tokens still missing for the request; zero or less when it may go. A weight above its share waits for a full bucket. */
  function shortBy({ requestClass, weight }: Waiting): number {
    const needed = Math.min(weight + RESERVED_SHARE[requestClass] * weightMax, weightMax);
    return needed - tokens;
  }
  function wakeAfter(delayMs: number): void {
    cancelTimer?.();
    cancelTimer = clock.after(Math.max(1, Math.ceil(delayMs)), () => {
      cancelTimer = null;
      serve();
    });
  }
  function serve(): void {
    if (queue.length === 0) return;
    refill();
    const pauseMs = pausedUntilMs - clock.nowMs();
    if (pauseMs > 0) {
      wakeAfter(pauseMs);
      return;
    }
    for (let head = queue[0]; head; head = queue[0]) {
      const missing = shortBy(head);
      if (missing > 0) {
        wakeAfter((missing * windowMs) / weightMax);
        return;
      }
      queue.shift();
      tokens -= head.weight;
      head.go();
    }
  }
  function insert(entry: Waiting): void {
    const rank = CLASS_RANK[entry.requestClass];
    const at = queue.findIndex((other) => CLASS_RANK[other.requestClass] > rank);
    queue.splice(at === -1 ? queue.length : at, 0, entry);
  }

  return {
    take(requestClass, weight, waitMsMax) {
      if (closed) return Promise.reject(new BudgetClosed('the connector is stopping'));
      // What protects is never refused: there are only as many of them as there are orders.
      if (queue.length >= limits.waitingMax && requestClass !== 'protect') {
        return Promise.reject(new BudgetFull(`${queue.length} requests wait already`));
      }
      return new Promise<void>((resolve, reject) => {
        let cancelTimeout = (): void => undefined;
        const entry: Waiting = {
          requestClass,
          weight,
          go: () => {
            cancelTimeout();
            resolve();
          },
          refuse: (error) => {
            cancelTimeout();
            reject(error);
          },
        };
        insert(entry);
        serve();
        if (waitMsMax === undefined || !queue.includes(entry)) return;
        cancelTimeout = clock.after(waitMsMax, () => {
          const at = queue.indexOf(entry);
          if (at === -1) return;
          queue.splice(at, 1);
          reject(new BudgetTimeout(`the request budget gave no room within ${waitMsMax} ms`));
          serve();
        });
      });
    },
    pauseUntil(timeMs, why = '') {
      if (timeMs <= pausedUntilMs) return;
      pausedUntilMs = timeMs;
      pausedWhy = why;
    },
    setLimit(max, window) {
      refill();
      tokens = Math.max(0, tokens + (max - weightMax));
      weightMax = max;
      windowMs = window;
      serve();
    },
    observeUsed(weightUsed) {
      refill();
      tokens = Math.min(tokens, weightMax - weightUsed);
    },
    get waiting() {
      return queue.length;
    },
    get weightUsed() {
      refill();
      return Math.round(weightMax - tokens);
    },
    get weightMax() {
      return weightMax;
    },
    get pausedUntilMs() {
      return pausedUntilMs;
    },
    status() {
      refill();
      const waiting = { protect: 0, entry: 0, query: 0, market: 0 };
      for (const { requestClass } of queue) waiting[requestClass] += 1;
      const isPaused = pausedUntilMs > clock.nowMs();
      return {
        weightUsed: Math.round(weightMax - tokens),
        weightMax,
        windowMs,
        reserveWeight: Math.round(weightMax * RESERVED_SHARE.entry),
        waiting,
        pausedUntilMs: isPaused ? pausedUntilMs : null,
        pausedWhy: isPaused ? pausedWhy : '',
      };
    },
    close() {
      closed = true;
      cancelTimer?.();
      for (const entry of queue.splice(0)) entry.refuse(new BudgetClosed('the connector is stopping'));
    },
  };
}
