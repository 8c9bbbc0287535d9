import type { Random } from '../../../main/engine/kernel/random.ts';
import type { RequestTrace } from '../../../main/engine/venues/binance/tapped-binance.ts';
import type { FaultBox, RequestKind } from './faults.ts';
import type { SimTime } from './sim-time.ts';

/** What the venue answers to one request, as HTTP has it. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** One message of the private stream. */
export interface StreamWord {
  /** What it is about, as the wire numbers orders; null where that is the account. */
  readonly orderId: number | null;
  /** No other word on that order follows. */
  readonly isLast: boolean;
  /** As the venue words it at the moment when it arrives. */
  message(nowMs: number): unknown;
}

const TIMEOUT_MS = 10_000;
const RECV_WINDOW_MS = 5_000;
const AHEAD_MS_MAX = 1_000;

export const refusal = (code: number, msg: string, status = 400): Reply => ({ status, body: { code, msg } });

export interface WireParts {
  readonly time: SimTime;
  readonly random: () => Random;
  readonly faults: FaultBox;
}

/** What is between us and the venue, for both of its lines: it outlives the engine, and so does what is under way on it. */
export class SimWire {
  readonly #parts: WireParts;
  /** Until then nothing at the venue answers a connection. */
  unreachableUntilMs = 0;
  /** How that shows: a closed port, or a name that nobody resolves. */
  unreachableCode: 'ECONNREFUSED' | 'ENOTFOUND' | 'EAI_AGAIN' = 'ECONNREFUSED';
  ban: { readonly status: 429 | 418; readonly untilMs: number } | null = null;
  /** Until then a private stream cannot be opened. */
  streamDownUntilMs = 0;
  /** Orders that the venue's readers do not show yet. */
  readonly hiddenUntilMs = new Map<number, number>();
  /** How long an order that is to be hidden stays so. */
  hidesForMs = 45_000;
  /** Every answer takes so much longer on its way back. */
  repliesLateMs = 0;
  /** In place of what the venue answers; what it did stays done. */
  answerInstead: ((kind: RequestKind, reply: Reply) => Reply) | null = null;
  /** The next order's connection breaks as it goes out, and the order itself arrives so much later. */
  straysForMs: number | null = null;
  /** What the venue says has been used of its request weight; null: it says nothing of it. */
  weightStated: number | null = null;
  #listener: ((word: StreamWord) => void) | null = null;
  #heals = 0;
  /** Under way towards the venue or back: nothing is at rest before this is zero. */
  underWay = 0;

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  latencyMs(): number {
    const draw = this.#parts.random().next();
    return draw < 0.9 ? 5 + 60 * draw : 100 + 4_000 * (draw - 0.9);
  }

  isHidden(orderId: number): boolean {
    return (this.hiddenUntilMs.get(orderId) ?? 0) > this.#parts.time.nowMs;
  }

  /** From when on nothing of it is, or will be, wrong. */
  wellSinceMs(): number {
    const { unreachableUntilMs, ban, streamDownUntilMs, hiddenUntilMs } = this;
    return Math.max(unreachableUntilMs, ban?.untilMs ?? 0, streamDownUntilMs, ...hiddenUntilMs.values());
  }

  /** Also what was to befall an order that has not reached the venue yet: from now on readers show everything. */
  heal(): void {
    this.#heals += 1;
    this.unreachableUntilMs = 0;
    this.ban = null;
    this.streamDownUntilMs = 0;
    this.hiddenUntilMs.clear();
    this.repliesLateMs = 0;
    this.answerInstead = null;
    this.straysForMs = null;
    this.weightStated = null;
    this.#parts.faults.clear();
  }

  // ------------------------------------------------------------------------------------------------ requests

  /**
   * Carries one request to the venue and its answer back. Resolves with the answer, rejects where none came; `trace`
   * says what became of it, exactly as the connector's HTTP client would.
   * @param timestampMs what the request says of the time; null for requests that nobody signs
   */
  send(
    kind: RequestKind,
    trace: RequestTrace | null,
    timestampMs: number | null,
    serve: (fault: string | null) => Reply,
  ): Promise<Reply> {
    const { time, faults } = this.#parts;
    if (trace) {
      trace.sent = true;
      trace.onSent?.();
    }
    const unreachable = time.nowMs < this.unreachableUntilMs;
    const fault = unreachable ? null : (faults.take(kind) ?? (kind === 'stop' ? faults.take('submit') : null));
    this.underWay += 1;
    const heals = this.#heals;
    return new Promise<Reply>((resolve, reject) => {
      const done = (settle: () => void): void => {
        this.underWay -= 1;
        time.wake();
        settle();
      };
      const noAnswer = (afterMs: number, code: string): void => {
        time.after(afterMs, () =>
          done(() => {
            if (trace) trace.transportCode = code;
            reject(new Error(`${code} at the venue`));
          }),
        );
      };
      if (unreachable) return noAnswer(2, this.unreachableCode);
      if (fault === 'submit-connection-refused') return noAnswer(2, 'ECONNREFUSED');
      if (kind === 'submit' && this.straysForMs !== null) {
        time.after(this.straysForMs, () => this.#serve(timestampMs, null, serve));
        this.straysForMs = null;
        return noAnswer(20, 'ECONNRESET');
      }
      if (fault?.endsWith('-lost') && !fault.endsWith('reply-lost'))
        return noAnswer(TIMEOUT_MS, 'UND_ERR_HEADERS_TIMEOUT');
      const toVenueMs = this.latencyMs() + delayOf(fault);
      time.after(toVenueMs, () => {
        const served = this.#serve(timestampMs, heals === this.#heals ? fault : null, serve);
        const reply = this.answerInstead?.(kind, served) ?? served;
        const back = this.latencyMs() + this.repliesLateMs + (fault === 'read-slow' ? delayOf(fault) : 0);
        const lost = fault?.endsWith('reply-lost') || toVenueMs + back > TIMEOUT_MS;
        if (lost) return noAnswer(Math.max(0, TIMEOUT_MS - toVenueMs), 'UND_ERR_HEADERS_TIMEOUT');
        time.after(back, () =>
          done(() => {
            if (trace) {
              trace.status = reply.status;
              trace.body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
            }
            resolve(reply);
          }),
        );
        return;
      });
    });
  }

  #serve(timestampMs: number | null, fault: string | null, serve: (fault: string | null) => Reply): Reply {
    const nowMs = this.#parts.time.nowMs;
    const { ban } = this;
    if (ban && nowMs < ban.untilMs) return refusal(-1003, 'Too many requests.', ban.status);
    if (
      fault === 'submit-5xx-not-placed' ||
      fault === 'cancel-5xx' ||
      fault === 'read-5xx' ||
      fault === 'countdown-5xx'
    ) {
      return { status: 503, body: '<html>Service Unavailable</html>' };
    }
    const ageMs = timestampMs === null ? 0 : nowMs - timestampMs;
    if (ageMs > RECV_WINDOW_MS || ageMs < -AHEAD_MS_MAX) {
      return refusal(-1021, 'Timestamp for this request is outside of the recvWindow.');
    }
    const reply = serve(fault);
    if (fault === 'submit-5xx-placed') return { status: 504, body: '<html>Gateway Timeout</html>' };
    if (fault === 'submit-html' || fault === 'read-html') return { status: 200, body: '<html>Welcome</html>' };
    return reply;
  }

  // ------------------------------------------------------------------------------------------------ private stream

  /** Opens the private stream after a moment; the answer closes it. One listener at a time: there is one engine. */
  openStream(onLive: () => void, onMessage: (message: unknown) => void, onFailed: () => void): () => void {
    const { time } = this.#parts;
    let open = true;
    time.after(this.latencyMs() * 2, () => {
      if (!open) return;
      if (time.nowMs < this.streamDownUntilMs || time.nowMs < this.unreachableUntilMs) {
        time.wake();
        onFailed();
        return;
      }
      this.#listener = (word) => {
        if (open) onMessage(word.message(time.nowMs));
      };
      this.#broken = () => {
        if (!open) return;
        open = false;
        time.wake();
        onFailed();
      };
      onLive();
    });
    return () => {
      open = false;
    };
  }

  #broken: (() => void) | null = null;

  breakStream(untilMs: number): void {
    this.streamDownUntilMs = untilMs;
    this.#listener = null;
    this.#broken?.();
    this.#broken = null;
  }

  /** One word of the venue on its way: in order, unless a fault takes it out of it. */
  #lastArrivalMs = 0;
  /** The order of which nothing is told but its end. */
  #onlyEndOf: number | null = null;

  tell(word: StreamWord): void {
    const { time, faults } = this.#parts;
    const listener = this.#listener;
    if (!listener) return;
    const { orderId, isLast } = word;
    if (orderId !== null && this.#onlyEndOf === orderId) {
      if (!isLast) return;
      this.#onlyEndOf = null;
    }
    const fault = faults.take('stream');
    if (fault === 'reports-lost' && !isLast) this.#onlyEndOf = orderId;
    if (fault === 'report-lost' || fault === 'reports-lost') return;
    const inOrderMs = Math.max(time.nowMs + this.latencyMs(), this.#lastArrivalMs);
    const hiddenMs = (orderId === null ? 0 : this.hiddenUntilMs.get(orderId)) ?? 0;
    const late = fault === 'report-late' ? 200 + 6_000 * this.#parts.random().next() : 0;
    if (late === 0 && hiddenMs < inOrderMs) this.#lastArrivalMs = inOrderMs;
    const deliver = (atMs: number): void => {
      this.underWay += 1;
      time.after(atMs - time.nowMs, () => {
        this.underWay -= 1;
        if (this.#listener === listener) listener(word);
      });
    };
    deliver(Math.max(inOrderMs, hiddenMs) + late);
    if (fault === 'report-duplicated') deliver(inOrderMs + 1 + 3_000 * this.#parts.random().next());
  }
}

function delayOf(fault: string | null): number {
  if (fault === 'submit-late') return 5_200;
  if (fault === 'submit-slow' || fault === 'cancel-slow') return 2_500;
  return fault === 'read-slow' ? 3_500 : 0;
}
