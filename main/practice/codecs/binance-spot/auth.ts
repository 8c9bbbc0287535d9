import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FaultBoard } from '../../faults.ts';
import { BinanceError, illegalCharacters, missingParameter } from './errors.ts';

export interface ApiCredentials {
  readonly apiKey: string;
  readonly secret: string;
}

const RECV_WINDOW_MS_DEFAULT = 5_000;
const RECV_WINDOW_MS_MAX = 60_000;
const AHEAD_MS_MAX = 1_000;

/** @throws BinanceError -2014 for something that is no key, -2015 for a key that is not this account's. */
export function checkApiKey(sent: string | undefined, credentials: ApiCredentials): void {
  if (sent === undefined || !/^[A-Za-z0-9]{16,}$/.test(sent))
    throw new BinanceError(-2014, 'API-key format invalid.', 401);
  if (!sameText(sent, credentials.apiKey)) {
    throw new BinanceError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
  }
}

/** @throws BinanceError -2015 while a fault says that the key is not good enough, for anything or for trading. */
export function checkPermission(faults: FaultBoard, isTrading: boolean): void {
  const fault = faults.standing('key-refused');
  if (!fault || (fault.only === 'trading' && !isTrading)) return;
  faults.first('key-refused');
  throw new BinanceError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
}

/** REST signs the raw query followed by the raw body, without the signature itself. */
export function checkRestSignature(rawQuery: string, rawBody: string, signature: string, secret: string): void {
  const payload = [rawQuery, rawBody].map(withoutSignature).join('');
  checkHmac(payload, signature, secret);
}

/** The WebSocket API signs its parameters sorted by name. */
export function checkWsSignature(params: ReadonlyMap<string, string>, secret: string): void {
  const signature = params.get('signature');
  if (!signature) throw missingParameter('signature');
  const payload = [...params]
    .filter(([name]) => name !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  checkHmac(payload, signature, secret);
}

/** A request is taken only near its own time: at most 1 s ahead of the exchange and `recvWindow` behind. */
export function checkTiming(timestamp: string | undefined, recvWindow: string | undefined, nowMs: number): void {
  if (!timestamp) throw missingParameter('timestamp');
  if (!/^\d{1,16}$/.test(timestamp)) throw illegalCharacters('timestamp');
  const windowMs = recvWindow ? Number(recvWindow) : RECV_WINDOW_MS_DEFAULT;
  if (!Number.isFinite(windowMs) || windowMs < 0) throw illegalCharacters('recvWindow');
  if (windowMs > RECV_WINDOW_MS_MAX) throw new BinanceError(-1131, 'recvWindow must be less than 60000.');
  const sentMs = Number(timestamp);
  if (sentMs >= nowMs + AHEAD_MS_MAX) {
    throw new BinanceError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  }
  if (nowMs - sentMs > windowMs)
    throw new BinanceError(-1021, 'Timestamp for this request is outside of the recvWindow.');
}

function checkHmac(payload: string, signature: string, secret: string): void {
  const expected = createHmac('sha256', secret).update(payload).digest('hex');
  if (!sameText(signature.toLowerCase(), expected)) {
    throw new BinanceError(-1022, 'Signature for this request is not valid.');
  }
}

const withoutSignature = (raw: string): string =>
  raw
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&');

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
