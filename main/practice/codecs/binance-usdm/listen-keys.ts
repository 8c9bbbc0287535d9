import { randomBytes } from 'node:crypto';
import { BinanceError } from '../binance-spot/errors.ts';

const VALID_MS = 60 * 60_000;

/** The key under which the account's private stream is reached. There is one at a time; it lapses after an hour. */
export class ListenKeys {
  readonly #nowMs: () => number;
  #key: string | null = null;
  #expiresMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The present key, made where there is none, good for another hour. */
  open(): string {
    this.#key = this.isValid(this.#key) ? this.#key : randomBytes(32).toString('hex');
    this.#expiresMs = this.#nowMs() + VALID_MS;
    return this.#key!;
  }

  /** @throws BinanceError -1125 when there is none to extend. */
  extend(): string {
    if (!this.isValid(this.#key)) throw new BinanceError(-1125, 'This listenKey does not exist.');
    return this.open();
  }

  close(): void {
    this.#key = null;
  }

  isValid(key: string | null): boolean {
    return key !== null && key === this.#key && this.#nowMs() < this.#expiresMs;
  }
}
