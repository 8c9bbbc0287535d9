import { describe, expect, it } from 'vitest';
import type { Case } from '../../../main/engine/approval/cases.ts';
import type { Mandate } from '../../../main/engine/domain/proposal.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { MANDATE_TICK_MS } from '../../../main/lab/backtest/mandate-signer.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { createPerson, NOBODY } from '../../../main/lab/exact/approver.ts';
import { recordOf } from '../../../main/lab/exact/exact-plan.ts';
import { readMandate, refusalWords } from '../../../main/lab/exact/mandate-text.ts';
import { MandateWatch } from '../../../main/lab/exact/mandate-watch.ts';
import { runExact } from '../../../main/lab/exact/run-exact.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { exactPlan, marketOf } from '../../support/exact-plan.ts';

const CANDLES = (() => {
  const { volume, openTimeMs, ...prices } = randomWalkCandles(1_500, createRandom(8).next);
  const onTick = (column: Float64Array) => column.map((value) => Math.round(value * 100) / 100);
  const [open, high, low, close] = [prices.open, prices.high, prices.low, prices.close].map(onTick);
  return { openTimeMs, open, high, low, close, volume: volume.map(() => 1_000) } as ReturnType<
    typeof randomWalkCandles
  >;
})();
const ID = recordOf(marketOf(CANDLES), 0, false).id;
const MANDATE: Mandate = {
  name: 'while I sleep',
  notionalQuoteMax: '1000',
  minProbability: 0.55,
  instrumentIds: [ID],
  fromHourUtc: 0,
  toHourUtc: 0,
  validUntilMs: Date.UTC(9999, 0),
};
const { strategy, params, markets, settings, limits } = exactPlan(CANDLES, {
  params: { fast: 10, slow: 40, share: 0.5, qty: 0.5 },
});
const PLAN = { strategy, params, markets, settings, limits };
const SUPPOSED = { edge: 'measured', probability: 0.6 } as const;

const exact = (over: Partial<Mandate> = {}, more: object = {}) =>
  runExact({ ...PLAN, approver: NOBODY, mandate: { ...MANDATE, ...over }, supposed: SUPPOSED, ...more });
const fast = (over: Partial<Mandate> = {}, supposed: typeof SUPPOSED | null = SUPPOSED) =>
  runBacktest({ ...PLAN, mandate: { mandate: { ...MANDATE, ...over }, instrumentIds: [ID], supposed } });
const tradesOf = ({ trades }: Awaited<ReturnType<typeof exact>> | ReturnType<typeof fast>) =>
  trades.map(({ entryBar, exitBar, entryPrice, pnl }) => [entryBar, exitBar, entryPrice.toFixed(6), pnl.toFixed(6)]);

describe('a mandate in the loop', () => {
  it('signs by itself what lies within it, at its next look, and gives the same trades in both gears', async () => {
    const signatures = new Set<string>();
    const run = await exact(
      {},
      {
        watch: (event: { kind: string; order?: { signature: object; proposalId: string | null } }) => {
          if (event.kind === 'OrderSigned' && event.order?.proposalId)
            signatures.add(JSON.stringify({ ...event.order.signature, atMs: 0 }));
        },
      },
    );
    expect([...signatures]).toEqual(['{"by":"mandate","mandate":"while I sleep","atMs":0}']);
    expect(run.approvals.byMandate).toBe(run.approvals.signed);
    const inFast = fast();
    expect(inFast.trades.length).toBeGreaterThan(8);
    expect(tradesOf(run)).toEqual(tradesOf(inFast));
    expect(inFast.mandate?.signed).toBe(run.approvals.signed);
    const { latencyMs } = PLAN.settings;
    const robot = runBacktest({ ...PLAN, settings: { ...PLAN.settings, latencyMs: latencyMs + MANDATE_TICK_MS } });
    expect(tradesOf(inFast)).toEqual(tradesOf(robot));
  });

  it('signs nothing of a strategy whose edge nobody has measured, as on the desk', async () => {
    const run = await runExact({ ...PLAN, approver: NOBODY, mandate: MANDATE });
    expect([run.fills, run.approvals.signed, [...run.mandateRefused.keys()]]).toEqual([0, 0, ['no-edge']]);
    const inFast = fast({}, null);
    expect([inFast.fills, inFast.mandate?.signed]).toEqual([0, 0]);
    expect([...inFast.mandate!.refused.keys()]).toEqual(['no-edge']);
  });

  it.each([
    ['too-large', { notionalQuoteMax: '20' }],
    ['low-probability', { minProbability: 0.61 }],
    ['ended', { validUntilMs: 1 }],
    ['other-instrument', { instrumentIds: ['binance:OTHER/QUOTE'] }],
  ] as [string, Partial<Mandate>][])('keeps back what is %s', async (why, over) => {
    const [run, inFast] = [await exact(over), fast(over)];
    expect([run.fills, [...run.mandateRefused.keys()]]).toEqual([0, [why]]);
    expect([inFast.fills, [...inFast.mandate!.refused.keys()]]).toEqual([0, [why]]);
  });

  it('signs in its hours alone, and the person beside it in theirs', async () => {
    const hours = { fromHourUtc: 0, toHourUtc: 12 };
    const run = await exact(hours);
    expect(run.trades.length).toBeGreaterThan(2);
    for (const { entryBar } of run.trades)
      expect(new Date(CANDLES.openTimeMs[entryBar]!).getUTCHours()).toBeLessThan(12);
    expect(tradesOf(run)).toEqual(tradesOf(fast(hours)));
    const habits = { medianDelayMs: 5_000, delaySpread: 0, sleepFromHour: 0, sleepToHour: 12, approvedShare: 1 };
    const both = await exact(hours, { approver: createPerson(habits, createRandom(1)) });
    const { signed, byMandate } = both.approvals;
    expect(byMandate).toBeGreaterThan(2);
    expect(signed - byMandate).toBeGreaterThan(2);
    expect(both.trades.length).toBeGreaterThan(run.trades.length);
  });

  it('counts once what it would have signed and had moved before it looked', () => {
    const watch = new MandateWatch(MANDATE);
    const proposal = {
      id: 'p1',
      instrumentId: ID,
      origin: 'rule',
      changeOf: null,
      edge: 'weak',
      probability: 0.6,
      entryPrice: '100',
    };
    const held = { proposal, state: 'pending', qtyBase: '1' } as unknown as Case;
    watch.asked(held, 0);
    expect([...watch.refused]).toEqual([]);
    watch.asked({ ...held, state: 'asks-again' }, 0);
    watch.asked({ ...held, state: 'asks-again' }, 0);
    expect([...watch.refused]).toEqual([['moved', 1]]);
  });
});

describe('a mandate as people type it', () => {
  it.each([
    ['notional=2000', { notionalQuoteMax: '2000', minProbability: 0, fromHourUtc: 0, toHourUtc: 0 }],
    ['notional=50.5,probability=0.6,hours=22-6,name=night', { name: 'night', fromHourUtc: 22, toHourUtc: 6 }],
    ['until=2024-01-02,notional=1', { validUntilMs: Date.UTC(2024, 0, 2), instrumentIds: [ID] }],
  ])('%s', (text, part) => {
    expect(readMandate(text, [ID])).toMatchObject({ ok: true, value: part });
  });
  it.each([
    ['probability=0.6', 'it must say how large'],
    ['notional=0', 'above zero'],
    ['notional=1,probability=2', 'minProbability'],
    ['notional=1,hours=9-25', 'hours must lie in 0 to 24'],
    ['notional=1,until=soon', 'validUntilMs'],
    ['notional=1,size=3', '--mandate size=3: neither'],
  ])('%s is refused in a sentence', (text, words) => {
    const read = readMandate(text, [ID]);
    expect(read.ok ? '' : read.error.message).toContain(words);
  });
  it('says why in the order of how often', () => {
    expect(
      refusalWords(
        new Map([
          ['too-large', 2],
          ['no-edge', 41],
        ]),
      ),
    ).toBe('41 no measured edge, 2 too large');
  });
});
