import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import {
  BTC,
  entryProposal,
  exitProposal,
  LIMITS,
  type SmallEngine,
  startedEngine,
} from '../../support/small-engine.ts';

type Step = (engine: SmallEngine) => SmallEngine;
const id = fc.constantFrom('p-1', 'p-2', 'p-3');
const doing =
  (act: (engine: SmallEngine) => unknown): Step =>
  (engine) => {
    act(engine);
    return engine;
  };
let sessions = 0;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(id, fc.constantFrom('full' as const, 'half' as const))
      .map(([proposalId, portion]) => doing((e) => e.send({ kind: 'ApproveRequested', proposalId, portion }))),
  },
  {
    weight: 3,
    arbitrary: id.map((name) =>
      doing((e) => e.propose((name === 'p-3' ? exitProposal : entryProposal)({ id: name, madeAtMs: e.nowMs }))),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 100, max: 40_000 }).map((ms) =>
      doing((e) => {
        e.nowMs += ms;
        e.send({ kind: 'ClockTicked' });
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .integer({ min: -30, max: 30 })
      .map((dollars) => doing((e) => e.quote(BTC, String(59_999 + dollars), String(60_000 + dollars)))),
  },
  {
    weight: 1,
    arbitrary: id.map((proposalId) => doing((e) => e.send({ kind: 'DeclineRequested', proposalId, why: '' }))),
  },
  {
    weight: 1,
    arbitrary: id.map((proposalId) =>
      doing((e) => e.send({ kind: 'ChangeRequested', proposalId, change: { qtyBase: '0.01' } })),
    ),
  },
  { weight: 1, arbitrary: fc.boolean().map((on) => doing((e) => e.send({ kind: 'KillSwitchSet', on }))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('1000', '5000')
      .map((most) =>
        doing((e) => e.send({ kind: 'LimitsSet', limits: { ...LIMITS, positionNotionalQuoteMax: most } })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      doing((e) =>
        e.send({
          kind: 'MandateSet',
          mandate: {
            name: 'all',
            notionalQuoteMax: '99999',
            minProbability: 0,
            instrumentIds: [BTC],
            fromHourUtc: 0,
            toHourUtc: 0,
            validUntilMs: e.nowMs + 1e9,
          },
        }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((engine) => {
      const next = engine.restarted();
      sessions += 1;
      next.start(`s${String(sessions).padStart(7, '0')}`);
      return next;
    }),
  },
);

const signatures = (log: readonly EngineEvent[]) =>
  log.flatMap((event) => (event.kind === 'OrderSigned' ? [event.order] : []));

test('[A2] no sequence of events yields two signatures for one proposal, [A1] nor one above what the gate allowed', () => {
  let signed = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      let engine = startedEngine();
      engine.hold(BTC, '0.05');
      for (const next of steps) engine = next(engine);
      const orders = signatures(engine.log);
      signed += orders.length;
      const proposals = orders.map(({ proposalId }) => proposalId);
      expect(new Set(proposals).size).toBe(proposals.length);
      expect(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(orders.length);
      for (const order of orders) expect(parseDecimal(order.qtyBase) <= parseDecimal('0.05')).toBe(true);
    }),
    { numRuns: 300 },
  );
  // The property would hold of an engine that never signs: this one does.
  expect(signed).toBeGreaterThan(30);
});
