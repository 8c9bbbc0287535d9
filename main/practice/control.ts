import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isDecimal, parseDecimal } from '../engine/domain/decimal.ts';
import type { Exchange } from './exchange.ts';
import { type Fault, type FaultBoard, parseFault } from './faults.ts';
import type { RulesChange } from './matching/rules.ts';
import type { UsdmVenue } from './usdm-venue.ts';

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

export interface ControlContext {
  readonly exchange: Exchange;
  /** The perpetuals, which have the same prices. */
  readonly usdm: UsdmVenue;
  readonly faults: FaultBoard;
  readonly controlToken: string;
  readonly status: () => unknown;
  /** Faults that strike open connections at once instead of standing. */
  readonly strikeNow: (fault: Fault) => number;
}

const shockSchema = z.strictObject({ symbol: z.string(), bps: z.number().min(-5_000).max(10_000) });
const amount = z
  .string()
  .refine((text) => isDecimal(text) && !text.startsWith('-'))
  .optional();
const rulesSchema = z.strictObject({
  symbol: z.string(),
  tickSize: amount,
  lotStep: amount,
  minQty: amount,
  maxQty: amount,
  minNotional: amount,
});
const balanceSchema = z.strictObject({
  asset: z.string().regex(/^[A-Z0-9]{1,12}$/),
  add: z.string().refine(isDecimal),
});

export const isControlPath = (path: string): boolean => path.startsWith('/_');

/** The venue's own switches, for whoever holds the control token. */
export function answerControl(
  context: ControlContext,
  method: string,
  path: string,
  token: string | undefined,
  rawBody: string,
): ControlReply {
  if (!sameToken(token, context.controlToken)) return refuse(401, 'the x-control-token header is missing or wrong');
  if (method === 'GET' && path === '/_status') return { status: 200, body: context.status() };
  if (path === '/_faults') return faults(context, method, rawBody);
  if (method === 'DELETE' && /^\/_faults\/\d+$/.test(path)) {
    context.faults.clear(Number(path.slice('/_faults/'.length)));
    return { status: 200, body: { faults: context.faults.list() } };
  }
  if (method === 'POST' && path === '/_market/shock') return shock(context, rawBody);
  if (method === 'POST' && path === '/_market/rules') return rules(context, rawBody);
  if (method === 'POST' && path === '/_balance') return balance(context, rawBody);
  const usdm = context.usdm.answerControl(method, path, readJson(rawBody));
  if (usdm) return usdm;
  return refuse(404, `no control route ${method} ${path}`);
}

function faults(context: ControlContext, method: string, rawBody: string): ControlReply {
  if (method === 'GET') return { status: 200, body: { faults: context.faults.list() } };
  if (method === 'DELETE') {
    context.faults.clear();
    return { status: 200, body: { faults: [] } };
  }
  if (method !== 'POST') return refuse(405, `${method} is not served here`);
  const parsed = parseFault(readJson(rawBody));
  if (!parsed.ok) return refuse(400, parsed.message);
  const { fault } = parsed;
  if (fault.fault === 'terminate' || fault.fault === 'close' || fault.fault === 'stream-terminated') {
    return { status: 200, body: { struck: context.strikeNow(fault) } };
  }
  try {
    const standing = context.faults.add(fault);
    if (fault.fault === 'maintenance') context.strikeNow(fault);
    return { status: 200, body: standing };
  } catch (error) {
    return refuse(400, (error as Error).message);
  }
}

function shock(context: ControlContext, rawBody: string): ControlReply {
  const parsed = shockSchema.safeParse(readJson(rawBody));
  if (!parsed.success) return refuse(400, sentenceOf('shock', parsed.error));
  const { symbol, bps } = parsed.data;
  const name = symbol.replace('/', '').toUpperCase();
  if (!context.exchange.rules.has(name)) return refuse(400, `shock: symbol: ${symbol} is not traded here`);
  context.exchange.shock(name, bps);
  context.usdm.derivatives.exchange.shock(name, bps);
  return { status: 200, body: { symbol: name, bps } };
}

/** From now on new orders of one symbol must keep to other steps and bounds: whole multiples of the market's own. */
function rules(context: ControlContext, rawBody: string): ControlReply {
  const parsed = rulesSchema.safeParse(readJson(rawBody));
  if (!parsed.success) return refuse(400, sentenceOf('rules', parsed.error));
  const { symbol, ...fields } = parsed.data;
  const name = symbol.replace('/', '').toUpperCase();
  if (!context.exchange.rules.has(name)) return refuse(400, `rules: symbol: ${symbol} is not traded here`);
  const change = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as RulesChange;
  try {
    return { status: 200, body: context.exchange.changeRules(name, change).instrument };
  } catch (error) {
    if (error instanceof RangeError) return refuse(400, `rules: ${error.message}`);
    throw error;
  }
}

function balance(context: ControlContext, rawBody: string): ControlReply {
  const parsed = balanceSchema.safeParse(readJson(rawBody));
  if (!parsed.success) return refuse(400, sentenceOf('balance', parsed.error));
  const atoms = parseDecimal(parsed.data.add);
  if (context.exchange.account.get(parsed.data.asset).free + atoms < 0n) return refuse(400, 'balance: add: below zero');
  context.exchange.adjustBalance(parsed.data.asset, atoms);
  return { status: 200, body: { asset: parsed.data.asset } };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sentenceOf(what: string, error: z.ZodError): string {
  const issue = error.issues[0]!;
  return `${what}: ${issue.path.join('.') || 'body'}: ${issue.message}`;
}

const refuse = (status: number, message: string): ControlReply => ({ status, body: { error: message } });

function sameToken(sent: string | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(sent ?? ''), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
