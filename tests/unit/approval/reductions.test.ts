import { describe, expect, test } from 'vitest';
import type { EngineEvent, FillBooked, ReductionWanted } from '../../../main/engine/domain/events.ts';
import { BTC, entryProposal, type SmallEngine, startedEngine, T0 } from '../../support/small-engine.ts';

const want = (over: Partial<ReductionWanted> = {}): ReductionWanted => ({
  kind: 'ReductionWanted',
  instrumentId: BTC,
  purpose: 'flatten',
  type: 'market',
  qtyBase: '0.05',
  limitPrice: null,
  triggerPrice: null,
  coveredBy: null,
  ...over,
});

const outcome = (events: readonly EngineEvent[]): readonly string[] =>
  events.flatMap((event) => {
    if (event.kind === 'OrderSigned') return [`${event.order.purpose} ${event.order.qtyBase}`];
    return event.kind === 'RequestRefused' ? [event.code] : [];
  });

/** BUY 0.05 signed, `filled` of it filled and held; returns the entry's id. */
function entered(filled = '0.05'): { engine: SmallEngine; entry: string } {
  const engine = startedEngine();
  engine.propose(entryProposal());
  engine.send({ kind: 'ApproveRequested', proposalId: 'p-1', portion: 'full' });
  const [entry] = [...engine.openOrders.keys()] as [string];
  engine.openOrders.clear();
  engine.hold(BTC, filled);
  const fill: FillBooked = {
    kind: 'FillBooked',
    fill: {
      fillId: '1',
      venueOrderId: '1',
      clientOrderId: entry,
      instrumentId: BTC,
      side: 'buy',
      price: '60000',
      qtyBase: filled,
      fee: '0',
      feeAsset: 'USDT',
      liquidity: 'taker',
      eventTimeMs: T0,
    },
    purpose: 'entry',
    proposalId: 'p-1',
    proposedPrice: '60005',
    via: 'stream',
  };
  engine.emit(fill);
  return { engine, entry };
}

test.each([
  ['all that is held', {}, ['flatten 0.05']],
  ['part of it', { qtyBase: '0.02', purpose: 'exit' }, ['exit 0.02']],
  ['not a lot more', { qtyBase: '0.05001' }, ['not-reducing']],
  ['nothing off the lot', { qtyBase: '0.050001' }, ['bad-grid']],
  ['no NaN', { qtyBase: 'NaN' }, ['bad-grid']],
] as const)('[A13] the system signs %s', (_, over, expected) => {
  expect(outcome(entered().engine.emit(want(over as Partial<ReductionWanted>)))).toEqual(expected);
});

describe('[A13] one balance backs one exit', () => {
  const stopOf = (entry: string) =>
    want({ purpose: 'stop', type: 'stop-loss', triggerPrice: '59600', coveredBy: entry });
  const targetOf = (entry: string) => want({ purpose: 'target', type: 'limit', limitPrice: '60600', coveredBy: entry });

  test.each([
    ['a second stop', 'stop', stopOf, ['not-reducing']],
    ['a target: the stop gives way', 'stop', targetOf, ['target 0.05']],
    ['an emergency exit: the stop gives way', 'stop', () => want({ purpose: 'exit' }), ['exit 0.05']],
    ['a flatten: the stop gives way', 'stop', () => want(), ['flatten 0.05']],
    ['a stop beside a target', 'target', stopOf, ['not-reducing']],
    ['a second target', 'target', targetOf, ['not-reducing']],
    ['a flatten: the target gives way', 'target', () => want(), ['flatten 0.05']],
    ['a second flatten', 'flatten', () => want(), ['not-reducing']],
    ['a target beside a flatten', 'flatten', targetOf, ['not-reducing']],
  ] as const)('%s where a %s rests', (_, resting, make, expected) => {
    const { engine, entry } = entered();
    const first = resting === 'stop' ? stopOf(entry) : resting === 'target' ? targetOf(entry) : want();
    expect(outcome(engine.emit(first))).toEqual([`${resting} 0.05`]);
    expect(outcome(engine.emit(make(entry)))).toEqual(expected);
  });
});

test('[A13] two wanted at once: the second sees the first before it is signed', () => {
  expect(outcome(entered().engine.emit(want(), want()))).toEqual(['flatten 0.05', 'not-reducing']);
});

test('[A13] switches and holds do not stand before it', () => {
  const { engine } = entered();
  engine.send({ kind: 'KillSwitchSet', on: true });
  engine.quotes.clear();
  engine.unknown.add(BTC);
  expect(outcome(engine.emit(want()))).toEqual(['flatten 0.05']);
});

test.each([
  ['its stop', { triggerPrice: '59600' }, ['stop 0.02']],
  ['its stop, otherwise written', { triggerPrice: '59600.00' }, ['stop 0.02']],
  ['no other stop', { triggerPrice: '59000' }, ['not-covered']],
  ['no stop without a price', { triggerPrice: null }, ['not-covered']],
  ['its target', { purpose: 'target', type: 'limit', triggerPrice: null, limitPrice: '60600' }, ['target 0.02']],
  ['no other target', { purpose: 'target', type: 'limit', triggerPrice: null, limitPrice: '60500' }, ['not-covered']],
  ['not by an entry that nobody signed', { triggerPrice: '59600', coveredBy: 'cs-x-1' }, ['not-covered']],
] as const)("[A14] the entry's signature covers %s", (_, over, expected) => {
  const { engine, entry } = entered('0.02');
  const wanted = want({ purpose: 'stop', type: 'stop-loss', qtyBase: '0.02', coveredBy: entry, ...over } as never);
  expect(outcome(engine.emit(wanted))).toEqual(expected);
});

test('[A14] only up to what has filled, whatever else is held', () => {
  const { engine, entry } = entered('0.02');
  engine.hold(BTC, '1');
  const stop = want({ purpose: 'stop', type: 'stop-loss', triggerPrice: '59600', coveredBy: entry, qtyBase: '0.03' });
  expect(outcome(engine.emit(stop))).toEqual(['not-covered']);
});

test('[A14] the cover outlives a restart', () => {
  const { engine, entry } = entered();
  const next = engine.restarted();
  next.openOrders.clear();
  next.start('bbbbbbbb');
  const stop = want({ purpose: 'stop', type: 'stop-loss', triggerPrice: '59600', coveredBy: entry });
  expect(outcome(next.emit(stop))).toEqual(['stop 0.05']);
});

test('[A14] a stop can be put back however many entries were signed since', () => {
  const { engine, entry } = entered();
  for (let i = 0; i < 250; i += 1) {
    engine.nowMs += 60_000;
    engine.quote(BTC, '59999', '60000');
    const id = `later-${i}`;
    engine.propose(entryProposal({ id, madeAtMs: engine.nowMs, expiresAtMs: engine.nowMs + 60_000, qtyBase: '0.001' }));
    engine.send({ kind: 'ApproveRequested', proposalId: id, portion: 'full' });
    engine.openOrders.clear();
  }
  expect(engine.log.filter(({ kind }) => kind === 'OrderSigned')).toHaveLength(251);
  const wanted = want({ purpose: 'stop', type: 'stop-loss', triggerPrice: '59600', coveredBy: entry });
  expect(outcome(engine.emit(wanted))).toEqual(['stop 0.05']);
});
