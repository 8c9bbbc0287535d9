import { BinanceError } from './errors.ts';

export interface RateLimitOptions {
  readonly weightPerMinute: number;
  readonly ordersPer10Sec: number;
  readonly ordersPerDay: number;
}

export const DEFAULT_RATE_LIMITS: RateLimitOptions = {
  weightPerMinute: 6_000,
  ordersPer10Sec: 100,
  ordersPerDay: 200_000,
};

const MINUTE_MS = 60_000;
/** Requests sent on in the face of 429 before the address is banned, and for how long. */
const STRIKES_MAX = 20;
const BAN_MS = 120_000;

/** A counter that starts again at each multiple of its window, as the exchange's do. */
class Window {
  readonly #windowMs: number;
  #slot = -1;
  #used = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  used(nowMs: number): number {
    const slot = Math.floor(nowMs / this.#windowMs);
    if (slot !== this.#slot) {
      this.#slot = slot;
      this.#used = 0;
    }
    return this.#used;
  }

  add(nowMs: number, amount: number): void {
    this.#used = this.used(nowMs) + amount;
  }

  secondsLeft(nowMs: number): number {
    return Math.max(1, Math.ceil((this.#windowMs - (nowMs % this.#windowMs)) / 1_000));
  }
}

/** Request weight per address and order count per account: here one of each, for only loopback is served. */
export class RateLimits {
  readonly options: RateLimitOptions;
  readonly #weight = new Window(MINUTE_MS);
  readonly #orders10Sec = new Window(10_000);
  readonly #ordersDay = new Window(86_400_000);
  #strikes = 0;
  #bannedUntilMs = 0;

  constructor(options: RateLimitOptions) {
    this.options = options;
  }

  /** Counts a request. @throws BinanceError -1003 with 429, or 418 once the address is banned. */
  spend(weight: number, nowMs: number): void {
    if (nowMs < this.#bannedUntilMs) throw this.#banned(nowMs);
    this.#weight.add(nowMs, weight);
    if (this.#weight.used(nowMs) <= this.options.weightPerMinute) {
      this.#strikes = 0;
      return;
    }
    this.#strikes += 1;
    if (this.#strikes > STRIKES_MAX) {
      this.#bannedUntilMs = nowMs + BAN_MS;
      this.#strikes = 0;
      throw this.#banned(nowMs);
    }
    throw new BinanceError(
      -1003,
      `Too much request weight used; current limit is ${this.options.weightPerMinute} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      429,
      this.#weight.secondsLeft(nowMs),
    );
  }

  /** Counts a new order. @throws BinanceError -1015 with 429. */
  spendOrder(nowMs: number): void {
    const { ordersPer10Sec, ordersPerDay } = this.options;
    if (this.#orders10Sec.used(nowMs) >= ordersPer10Sec) {
      const text = `Too many new orders; current limit is ${ordersPer10Sec} orders per 10 SECOND.`;
      throw new BinanceError(-1015, text, 429, this.#orders10Sec.secondsLeft(nowMs));
    }
    if (this.#ordersDay.used(nowMs) >= ordersPerDay) {
      throw new BinanceError(
        -1015,
        `Too many new orders; current limit is ${ordersPerDay} orders per 1 DAY.`,
        429,
        3_600,
      );
    }
    this.#orders10Sec.add(nowMs, 1);
    this.#ordersDay.add(nowMs, 1);
  }

  headers(nowMs: number, withOrders: boolean): Record<string, string> {
    const used = String(this.#weight.used(nowMs));
    const headers: Record<string, string> = { 'X-MBX-USED-WEIGHT': used, 'X-MBX-USED-WEIGHT-1M': used };
    if (withOrders) {
      headers['X-MBX-ORDER-COUNT-10S'] = String(this.#orders10Sec.used(nowMs));
      headers['X-MBX-ORDER-COUNT-1D'] = String(this.#ordersDay.used(nowMs));
    }
    return headers;
  }

  #banned(nowMs: number): BinanceError {
    const text = `Way too much request weight used; IP banned until ${this.#bannedUntilMs}. Please use WebSocket Streams for live updates to avoid bans.`;
    return new BinanceError(-1003, text, 418, Math.ceil((this.#bannedUntilMs - nowMs) / 1_000));
  }
}
