import { expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent, ManualOrderRequested } from '../../../main/engine/domain/events.ts';
import { bandEdge } from '../../../main/engine/domain/money.ts';
import { BTC, LIMITS, type SmallEngine, startedEngine } from '../../support/small-engine.ts';

const ticket = (over: Partial<ManualOrderRequested> = {}): ManualOrderRequested => ({
  kind: 'ManualOrderRequested',
  requestId: 'r-1',
  instrumentId: BTC,
  side: 'buy',
  type: 'limit',
  qtyBase: '0.05',
  limitPrice: '60000',
  stopPrice: '59600',
  targetPrice: null,
  ...over,
});

const outcome = (events: readonly EngineEvent[]): readonly string[] =>
  events.flatMap((event) => {
    if (event.kind === 'OrderSigned') return [`${event.order.side} ${event.order.type} ${event.order.qtyBase}`];
    return event.kind === 'RequestRefused' ? [`refused: ${event.code}`] : [];
  });

function armed(): SmallEngine {
  const engine = startedEngine();
  engine.send({ kind: 'ArmSet', armed: true });
  return engine;
}

test.each([
  ['a limit', {}, ['buy limit 0.05']],
  ['at market', { type: 'market', limitPrice: null }, ['buy market 0.05']],
  ['post only', { type: 'post-only', limitPrice: '59990' }, ['buy post-only 0.05']],
  ['a limit without a price', { limitPrice: null }, ['refused: bad-order']],
  ['of an instrument that is not traded here', { instrumentId: 'binance:X/Y' }, ['refused: bad-order']],
  ['off the lot', { qtyBase: '0.0500001' }, ['refused: bad-grid']],
  ['far above the ask', { limitPrice: '66000' }, ['refused: price-band']],
  ['a sale of nothing', { side: 'sell' }, ['refused: nothing-to-sell']],
  ['more than the gate allows: not shrunk, refused', { qtyBase: '0.2' }, ['refused: position-limit']],
] as const)('[A10] the ticket signs %s', (_, over, expected) => {
  expect(outcome(armed().send(ticket(over as Partial<ManualOrderRequested>)))).toEqual(expected);
});

test.each([
  ['an entry: 15 bps above the ask', { type: 'market', limitPrice: null }, '60090'],
  ['a sale: none', { side: 'sell', type: 'market', limitPrice: null, stopPrice: null }, null],
] as const)('[A19] the bound of what is signed at market, %s', (_, over, limitPrice) => {
  const engine = armed();
  engine.hold(BTC, '0.01');
  const signed = engine.send(ticket({ qtyBase: '0.01', ...over })).find((event) => event.kind === 'OrderSigned');
  expect(signed).toMatchObject({ order: { type: 'market', limitPrice } });
});

test('[A19] the edge of the band is rounded inward to the tick', () => {
  const rules = { tickSize: parseDecimal('0.1') };
  expect(formatDecimal(bandEdge(parseDecimal('100.1'), 15, 'buy', rules))).toBe('100.2');
  expect(formatDecimal(bandEdge(parseDecimal('100.1'), 15, 'sell', rules))).toBe('100');
});

test('[A10] a refusal names the request and what would pass', () => {
  const refused = armed()
    .send(ticket({ qtyBase: '0.2' }))
    .find(({ kind }) => kind === 'RequestRefused');
  expect(refused).toMatchObject({ subject: 'r-1', text: expect.stringContaining('at most 0.08333 would pass') });
});

test('[A10] the same request twice is one order, also across a restart', () => {
  const engine = armed();
  expect(outcome([...engine.send(ticket()), ...engine.send(ticket())])).toEqual([
    'buy limit 0.05',
    'refused: already-requested',
  ]);
  const next = engine.restarted();
  next.start('bbbbbbbb');
  next.send({ kind: 'ArmSet', armed: true });
  next.quote(BTC, '59999', '60000');
  expect(outcome(next.send(ticket()))).toEqual(['refused: already-requested']);
});

test('without arming nothing is bought, but what is held can be sold, kill switch and all', () => {
  const engine = startedEngine();
  engine.hold(BTC, '0.05');
  engine.send({ kind: 'KillSwitchSet', on: true });
  expect(outcome(engine.send(ticket()))).toEqual(['refused: kill-switch']);
  expect(outcome(engine.send(ticket({ requestId: 'r-2', side: 'sell', type: 'market', limitPrice: null })))).toEqual([
    'sell market 0.05',
  ]);
});

test('a sale at market does not wait for a quote', () => {
  const engine = startedEngine();
  engine.hold(BTC, '0.05', '3000');
  engine.quotes.clear();
  expect(outcome(engine.send(ticket({ side: 'sell', type: 'market', limitPrice: null })))).toEqual([
    'sell market 0.05',
  ]);
});

test('two tickets in a row: the second is judged with the first already counted', () => {
  const engine = armed();
  engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, positionNotionalQuoteMax: '4000' } });
  expect(outcome(engine.send(ticket()))).toEqual(['buy limit 0.05']);
  expect(outcome(engine.send(ticket({ requestId: 'r-2' })))).toEqual(['refused: position-limit']);
});
