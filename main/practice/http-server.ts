import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultBoard } from './faults.ts';

const BODY_BYTES_MAX = 64 * 1024;
const PRIVATE_EVENT_LEAD_MS = 30;
/** What even an exchange in maintenance answers. */
const SYSTEM_STATUS_PATH = '/sapi/v1/system/status';
const HTML =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>';

export interface HttpRequest {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly rawBody: string;
  readonly headers: IncomingMessage['headers'];
}

export interface HttpReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** The loopback HTTP side: reads requests within limits, lets the fault switches strike, writes JSON. */
export function createHttpServer(
  answer: (request: HttpRequest) => HttpReply | Promise<HttpReply>,
  faults: FaultBoard,
  onBug: (error: unknown) => void,
): Server {
  const server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 30_000, maxHeaderSize: 32 * 1024 },
    (req, res) => {
      void serve(req, res, answer, faults).catch(onBug);
    },
  );
  server.on('clientError', (_error, socket: Socket) => {
    if (!socket.writable) return;
    const body = '{"code":-1000,"msg":"Malformed request."}';
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  return server;
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  answer: (request: HttpRequest) => HttpReply | Promise<HttpReply>,
  faults: FaultBoard,
): Promise<void> {
  const rawBody = await readBody(req).catch(() => undefined);
  if (rawBody === undefined) return;
  if (rawBody === null) {
    write(res, { status: 413, body: { code: -1000, msg: `Body larger than ${BODY_BYTES_MAX} bytes.` }, headers: {} });
    return;
  }
  const [path = '/', rawQuery = ''] = (req.url ?? '/').split('?', 2);
  const method = req.method ?? 'GET';
  const host = (req.headers.host ?? '').toLowerCase();
  const request = { host, method, path, rawQuery, rawBody, headers: req.headers };
  const isControl = path.startsWith('/_');
  const closed = isControl || path === SYSTEM_STATUS_PATH ? null : faults.first('maintenance');
  if (closed) {
    write(res, { status: 503, body: { code: -1008, msg: closed.msg ?? 'System is under maintenance.' }, headers: {} });
    return;
  }
  const strikes = isControl ? [] : faults.forHttp(method, path);
  const strike = (kind: string) => strikes.find(({ fault }) => fault === kind);
  for (const fault of strikes) if (fault.fault === 'delay') await sleep(fault.delayMs);
  if (strike('hang')) return;
  if (strike('reset')) {
    req.socket.destroy();
    return;
  }
  if (strike('html')) {
    res.writeHead(200, { 'Content-Type': 'text/html' }).end(HTML);
    return;
  }
  const refusal = strikes.find((fault) => fault.fault === 'http-status');
  if (refusal) {
    write(res, refusalReply(refusal));
    return;
  }
  const privateFirst = method !== 'GET' && isPrivateFirst(faults);
  const answered = answer(request);
  const reply = answered instanceof Promise ? await answered : answered;
  if (strike('reset-after-accept')) {
    req.socket.destroy();
    return;
  }
  if (privateFirst) await sleep(PRIVATE_EVENT_LEAD_MS);
  if (strike('truncate')) {
    const text = JSON.stringify(reply.body);
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(text.slice(0, Math.ceil(text.length / 2)));
    return;
  }
  write(res, reply);
}

const isPrivateFirst = (faults: FaultBoard): boolean =>
  faults.list().some(({ fault }) => fault.fault === 'private-order' && fault.when === 'before');

function refusalReply(fault: {
  status: number;
  code?: number | undefined;
  msg?: string | undefined;
  retryAfterSec?: number | undefined;
}): HttpReply {
  const isLimit = fault.status === 429 || fault.status === 418;
  const code = fault.code ?? (isLimit ? -1003 : fault.status >= 500 ? -1001 : -1000);
  const msg =
    fault.msg ?? (isLimit ? 'Too many requests.' : 'Internal error; unable to process your request. Please try again.');
  const headers: Record<string, string> =
    fault.retryAfterSec === undefined ? {} : { 'Retry-After': String(fault.retryAfterSec) };
  return { status: fault.status, body: { code, msg }, headers };
}

/** The body, or null when it is larger than allowed. Rejects when the client goes away in the middle. */
async function readBody(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES_MAX) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function write(res: ServerResponse, reply: HttpReply): void {
  const body = Buffer.from(JSON.stringify(reply.body));
  res.writeHead(reply.status, {
    'Content-Type': 'application/json;charset=UTF-8',
    'Content-Length': body.length,
    ...reply.headers,
  });
  res.end(body);
}
