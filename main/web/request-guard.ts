import type { IncomingMessage } from 'node:http';
import { isConnectionToken } from './connection-token.ts';

export interface GuardOptions {
  readonly port: number;
  readonly token: string;
}

export type Refusal = { readonly status: 401 | 403 | 404 | 405 | 503; readonly text: string };

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Cookies are shared by every port of a host, so the port is part of the name. */
export const cookieName = (port: number): string => `countersign-${port}`;

/** The requested address; one that cannot be read counts as "/no-such-address". */
export function requestUrl(request: IncomingMessage): URL {
  const base = 'http://localhost';
  return URL.parse(request.url ?? '/', base) ?? new URL('/no-such-address', base);
}

/** A page of another site that was pointed at loopback by its DNS still sends its own Host. */
export function checkHost(request: IncomingMessage, { port }: GuardOptions): Refusal | null {
  const host = request.headers.host ?? '';
  if (LOOPBACK_NAMES.some((name) => host === `${name}:${port}`)) return null;
  return { status: 403, text: `Refused: the Host header "${host}" is not this machine's.` };
}

/** Browsers send Origin with every WebSocket; a foreign one is another site trying its luck. */
export function checkOrigin(request: IncomingMessage, { port }: GuardOptions): Refusal | null {
  const origin = request.headers.origin;
  if (origin === undefined || LOOPBACK_NAMES.some((name) => origin === `http://${name}:${port}`)) return null;
  return { status: 403, text: `Refused: requests from the origin "${origin}" are not answered.` };
}

/** The token, from the address or from the cookie that a first visit left. */
export function checkToken(request: IncomingMessage, { port, token }: GuardOptions): Refusal | null {
  const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
  const prefix = `${cookieName(port)}=`;
  const cookie = cookies.find((part) => part.startsWith(prefix))?.slice(prefix.length);
  if (isConnectionToken(requestUrl(request).searchParams.get('token'), token) || isConnectionToken(cookie, token))
    return null;
  return {
    status: 401,
    text: 'Refused: the token is missing or wrong. Open the address that Countersign printed when it started.',
  };
}
