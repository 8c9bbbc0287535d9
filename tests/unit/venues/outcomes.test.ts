import { describe, expect, test } from 'vitest';
import { describeError, isPutOff, judgeOutcome, judgeVenue } from '../../../main/engine/venues/binance/errors.ts';
import type { RequestTrace } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { BudgetTimeout } from '../../../main/engine/venues/request-budget.ts';

const trace = (changes: Partial<RequestTrace>): RequestTrace => ({
  requestClass: 'entry',
  weight: 1,
  sent: true,
  transportCode: '',
  status: null,
  body: '',
  ...changes,
});
const judge = (changes: Partial<RequestTrace>, error: unknown = new Error('x')) => {
  const outcome = judgeOutcome(trace(changes), error, (body) => body['orderId'] !== undefined);
  return outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.code}`;
};
const said = (code: number, msg = '') => JSON.stringify({ code, msg });

describe('what is known after a submit', () => {
  test.each([
    ['an order in the answer', { status: 200, body: '{"orderId":7}' }, 'done'],
    ['the venue’s refusal', { status: 400, body: said(-2010, 'Account has insufficient balance.') }, 'refused -2010'],
    ['a filter', { status: 400, body: said(-1013, 'Filter failure: LOT_SIZE') }, 'refused -1013'],
    ['clock off', { status: 400, body: said(-1021) }, 'refused -1021'],
    ['too many requests', { status: 429, body: said(-1003) }, 'refused HTTP_429'],
    ['banned', { status: 418, body: '' }, 'refused HTTP_418'],
    ['connection refused', { transportCode: 'ECONNREFUSED' }, 'refused CONNECTION_REFUSED'],
    ['never handed to the HTTP client', { sent: false }, 'refused NOT_SENT'],
    ['timeout', { transportCode: 'AbortError' }, 'unknown NO_ANSWER'],
    ['reset', { transportCode: 'ECONNRESET' }, 'unknown NO_ANSWER'],
    ['socket closed by the other side', { transportCode: 'UND_ERR_SOCKET' }, 'unknown NO_ANSWER'],
    ['503 with a page', { status: 503, body: '<html>' }, 'unknown HTTP_503'],
    ['500 with a code', { status: 500, body: said(-1000) }, 'unknown -1000'],
    ['timeout at the matching engine', { status: 408, body: said(-1007) }, 'unknown -1007'],
    ['unexpected response', { status: 400, body: said(-1006) }, 'unknown -1006'],
    ['a page with 200', { status: 200, body: '<html>hello</html>' }, 'unknown UNREADABLE'],
    ['a cut answer with 200', { status: 200, body: '{"orderId":7' }, 'unknown UNREADABLE'],
    ['JSON with 200 that is no order', { status: 200, body: '{}' }, 'unknown UNREADABLE'],
    ['a firewall’s page', { status: 403, body: '<html>' }, 'unknown HTTP_403'],
    ['our id is taken', { status: 400, body: said(-2010, 'Duplicate order sent.') }, 'unknown -2010'],
  ] as const)('%s', (_name, changes, expected) => {
    expect(judge(changes)).toBe(expected);
  });

  test('no room in the budget', () => {
    expect(judge({ sent: false }, new BudgetTimeout('no room'))).toBe('refused NOT_SENT');
  });
});

test.each([
  ['our clock is off', '-1021', true],
  ['the key, or what it may do, is refused', '-2015', true],
  ['the signature is not valid', '-1022', true],
  ['nothing was sent', 'CONNECTION_REFUSED', true],
  ['the balance is too small', '-2010', false],
  ['a filter', '-1013', false],
])('[E29] %s (%s): nothing was judged: %s', (_name, code, putOff) => {
  expect(isPutOff(code)).toBe(putOff);
});

test('words for people carry nothing that was signed', () => {
  const text = describeError(
    new Error('binance DELETE https://api.binance.com/api/v3/order?timestamp=1&signature=abc timed out'),
  );
  expect(text).toBe('binance DELETE https://api.binance.com/api/v3/order timed out');
});

describe('what a request says of the venue', () => {
  test.each([
    ['never sent', { sent: false }, 'unjudged'],
    ['no connection', { transportCode: 'ECONNREFUSED' }, 'failed: it cannot be reached'],
    ['silence', { transportCode: 'AbortError' }, 'failed: no answer'],
    ['too many requests', { status: 429, body: said(-1003) }, 'unjudged'],
    ['banned', { status: 418, body: '' }, 'unjudged'],
    ['503', { status: 503, body: '<html>' }, 'failed: HTTP 503'],
    ['a page with 200', { status: 200, body: '<html>hello</html>' }, 'failed: an answer that cannot be read'],
    ['a cut answer', { status: 200, body: '[[1,2],[' }, 'failed: an answer that cannot be read'],
    ['a refusal in its words', { status: 400, body: said(-2013) }, 'answered'],
    ['a list', { status: 200, body: ' [] ' }, 'answered'],
  ])('[V4] %s', (_case, changes, expected) => {
    const { end, why } = judgeVenue(trace(changes));
    expect(why === '' ? end : `${end}: ${why}`).toBe(expected);
  });
});
