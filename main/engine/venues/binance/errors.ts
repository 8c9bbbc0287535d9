import { BreakerOpen, type RequestEnd } from '../circuit-breaker.ts';
import { BudgetClosed, BudgetFull, BudgetTimeout } from '../request-budget.ts';
import type { RequestTrace } from './tapped-binance.ts';

/** What is known of a request that changes something at the venue. */
export type Outcome =
  | { readonly kind: 'done'; readonly body: Readonly<Record<string, unknown>> }
  /** A definite no: nothing was sent, or the venue itself refused. */
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }
  /** Bytes may have reached the venue and no definite answer came. */
  | { readonly kind: 'unknown'; readonly code: string; readonly text: string };

/** No connection was made: not a byte of the request left. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/**
 * Venue codes that come with a 4xx but leave the outcome open: unknown error, disconnected, unexpected response, timeout
 * at the matching engine. (-2010 "Duplicate order sent" is judged by its text: an order of ours has that id already.)
 */
const OPEN_OUTCOME_CODES: ReadonlySet<number> = new Set([-1000, -1001, -1006, -1007]);

/**
 * Refusals that judge nothing about the order: nothing was sent, too many requests (-1003, -1015), the venue is shutting
 * down (-1016), our clock is off (-1021), our key or what it may do is refused (-1002, -1022, -2014, -2015).
 */
const PUT_OFF_CODES: ReadonlySet<string> = new Set([
  'NOT_SENT',
  'NOT_CONNECTED',
  'CONNECTION_REFUSED',
  'HTTP_429',
  'HTTP_418',
  '-1003',
  '-1015',
  '-1016',
  '-1021',
  '-1002',
  '-1022',
  '-2014',
  '-2015',
]);
export const isPutOff = (code: string): boolean => PUT_OFF_CODES.has(code);

/** USD-M has a code of its own for a client id that an order of ours has already. */
const DUPLICATE_ID = -4116;

/** A venue's JSON answer, or null for anything else (HTML, a cut text). */
export function parseAnswer(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** What the venue wrote where a sentence belongs; nothing where it wrote something else. */
export const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** One line without the query of a URL: it holds the signature and everything that was signed. */
export const describeError = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\?[^\s"]*/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 200);

/**
 * Judges a request by whether its bytes may have reached the venue and by the venue's own code; `error` (ccxt's) only
 * supplies words.
 * @param isDone whether a 2xx answer is the one expected.
 */
export function judgeOutcome(
  trace: RequestTrace,
  error: unknown,
  isDone: (body: Readonly<Record<string, unknown>>) => boolean,
): Outcome {
  if ([BudgetFull, BudgetTimeout, BudgetClosed, BreakerOpen].some((kind) => error instanceof kind)) {
    return { kind: 'refused', code: 'NOT_SENT', text: `Not sent: ${describeError(error)}.` };
  }
  if (!trace.sent) return { kind: 'refused', code: 'NOT_SENT', text: `Not sent: ${describeError(error)}` };
  if (trace.status === null) {
    if (NEVER_CONNECTED.has(trace.transportCode)) {
      return { kind: 'refused', code: 'CONNECTION_REFUSED', text: 'The venue could not be reached; nothing was sent.' };
    }
    return { kind: 'unknown', code: 'NO_ANSWER', text: `No answer from the venue: ${describeError(error)}` };
  }
  const answer = parseAnswer(trace.body);
  if (trace.status === 429 || trace.status === 418) {
    return { kind: 'refused', code: `HTTP_${trace.status}`, text: 'The venue refused: too many requests.' };
  }
  if (trace.status >= 200 && trace.status < 300) {
    if (answer && isDone(answer)) return { kind: 'done', body: answer };
    return { kind: 'unknown', code: 'UNREADABLE', text: 'The venue answered with something that is not an order.' };
  }
  return judgeRefusal(trace.status, answer);
}

/** What a request that has ended says of the venue, for its breaker: a refusal in the venue's words is an answer. */
export function judgeVenue(trace: RequestTrace): { readonly end: RequestEnd; readonly why: string } {
  if (!trace.sent) return { end: 'unjudged', why: '' };
  if (trace.status === null) {
    return { end: 'failed', why: NEVER_CONNECTED.has(trace.transportCode) ? 'it cannot be reached' : 'no answer' };
  }
  if (trace.status === 429 || trace.status === 418) return { end: 'unjudged', why: '' };
  if (trace.status >= 500) return { end: 'failed', why: `HTTP ${trace.status}` };
  const body = trace.body.trim();
  // Not parsed a second time: a page starts otherwise, and a cut answer ends otherwise.
  return /^[[{]/.test(body) && /[\]}]$/.test(body)
    ? { end: 'answered', why: '' }
    : { end: 'failed', why: 'an answer that cannot be read' };
}

function judgeRefusal(status: number, answer: Readonly<Record<string, unknown>> | null): Outcome {
  const code = answer?.code;
  const message = wordsOf(answer?.msg);
  if (status >= 500 || typeof code !== 'number' || OPEN_OUTCOME_CODES.has(code)) {
    const said = typeof code === 'number' ? `${code} ${message}` : `HTTP ${status}`;
    return {
      kind: 'unknown',
      code: typeof code === 'number' ? String(code) : `HTTP_${status}`,
      text: `The venue's answer leaves it open: ${said}`,
    };
  }
  if ((code === -2010 && /duplicate/i.test(message)) || code === DUPLICATE_ID) {
    return { kind: 'unknown', code: String(code), text: 'The venue already has an order with this id.' };
  }
  return { kind: 'refused', code: String(code), text: message || `The venue refused with code ${code}.` };
}

/** An answer that names an order: the venue has it. */
export const namesOrder = (body: Readonly<Record<string, unknown>>): boolean =>
  typeof body['orderId'] === 'string' || typeof body['orderId'] === 'number';

/** The venue's own error code of a failed request, if it stated one. */
export function venueCodeOf(trace: RequestTrace): number | null {
  const code = parseAnswer(trace.body)?.code;
  return typeof code === 'number' ? code : null;
}
