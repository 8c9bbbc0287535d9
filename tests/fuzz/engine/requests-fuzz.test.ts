import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { openAccountFolder } from '../../../main/data-folder.ts';
import { termsOf } from '../../../main/engine/approval/cases.ts';
import type { InputEvent } from '../../../main/engine/domain/events.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import { createGeneratedSource } from '../../../main/practice/market/index.ts';
import { manualOrderSchema } from '../../../preload/account-contract.ts';
import { boardsContract } from '../../../preload/boards-contract.ts';
import { contract } from '../../../preload/contract.ts';
import { gapContract } from '../../../preload/gap-contract.ts';
import { labContract } from '../../../preload/lab-contract.ts';
import { modelsContract } from '../../../preload/models-contract.ts';
import { trustContract } from '../../../preload/trust-contract.ts';
import { startEngine } from '../../support/recorded-session.ts';
import { TapeVenue } from '../../support/tape-venue.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const INSTRUMENTS = ['binance:BTC/USDT', 'binance:ETH/USDT'];
const dir = mkdtempSync(join(tmpdir(), 'countersign-requests-'));
let engine: Engine;
let proposalIds: readonly string[] = [];
let terms: readonly string[] = [];
let stop: () => Promise<void> = async () => {};

beforeAll(async () => {
  const venue = new TapeVenue({
    source: createGeneratedSource({ seed: 7 }),
    symbols: ['BTCUSDT', 'ETHUSDT'],
    startMs: START_MS,
  });
  const run = startEngine({ dataDir: dir, seed: 7, minutes: [] }, openAccountFolder(dir, 'fuzz'), venue, 0, START_MS);
  engine = run.engine;
  for (let nowMs = START_MS + 500; nowMs <= START_MS + 150_000; nowMs += 500) {
    run.time.advance(500);
    venue.runTo(nowMs);
    await run.models.settled();
  }
  const cases = engine.pipeline.approval.view.proposals();
  proposalIds = cases.map(({ proposal }) => proposal.id);
  terms = cases.map(termsOf);
  stop = () => engine.stop();
});
afterAll(async () => {
  await stop();
  rmSync(dir, { recursive: true, force: true });
});

type Procedures = typeof contract;
const inputSchemaOf = (name: keyof Procedures): z.ZodType | undefined =>
  (contract[name] as unknown as { '~orpc': { inputSchema?: z.ZodType } })['~orpc'].inputSchema;

/** Decimals as the contract lets them through: any number of digits on either side. */
const positive = fc
  .oneof(
    fc.stringMatching(/^\d{1,6}(\.\d{1,5})?$/),
    fc.stringMatching(/^\d{1,60}(\.\d{1,60})?$/),
    fc.constantFrom('0.000000000000000001', '0.0000000000000000000000001', '9'.repeat(400), '00001.500'),
  )
  .filter((text) => /[1-9]/.test(text));
const amount = fc.tuple(fc.constantFrom('', '-'), positive).map(([sign, text]) => sign + text);
/** As the contract lets them through: of any venue and assets, known or not. */
const instrumentId = fc.oneof(
  fc.constantFrom(...INSTRUMENTS, 'binance-usdm:BTC/USDT:USDT'),
  fc.stringMatching(/^[^:/]{1,12}:[^:/]{1,12}\/[^:/]{1,12}(:[^:/]{1,12})?$/),
);
const anyId = fc.oneof(
  fc.string({ minLength: 1, maxLength: 80 }),
  fc.nat().map((n) => proposalIds[n % Math.max(1, proposalIds.length)] ?? 'none'),
);
/** Terms as a screen showed them, of whatever proposal. */
const anyTerms = fc.nat().map((n) => terms[n % Math.max(1, terms.length)] ?? 'none');
const limits = fc.record({
  riskPerTradeShare: fc.double({ min: 0.0001, max: 0.1, noNaN: true }),
  positionNotionalQuoteMax: positive,
  exposureShareMax: fc.double({ min: 0, max: 1, noNaN: true }),
  dailyLossQuoteMax: positive,
  ordersPerMinuteMax: fc.integer({ min: 1, max: 600 }),
  priceBandBps: fc.double({ min: 1, max: 500, noNaN: true }),
  quoteAgeMsMax: fc.integer({ min: 250, max: 60_000 }),
  approvalTtlMs: fc.integer({ min: 5_000, max: 600_000 }),
});
const mandate = fc.record({
  name: fc.string({ minLength: 1, maxLength: 60 }),
  notionalQuoteMax: positive,
  minProbability: fc.double({ min: 0, max: 1, noNaN: true }),
  instrumentIds: fc.array(instrumentId, { minLength: 1, maxLength: 5 }),
  fromHourUtc: fc.integer({ min: 0, max: 23 }),
  toHourUtc: fc.integer({ min: 0, max: 24 }),
  validUntilMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
});
const manual = fc.record({
  requestId: fc.uuid(),
  instrumentId,
  side: fc.constantFrom('buy' as const, 'sell' as const),
  type: fc.constantFrom('limit' as const, 'market' as const, 'post-only' as const),
  qtyBase: positive,
  limitPrice: fc.option(positive),
  stopPrice: fc.option(positive),
  targetPrice: fc.option(positive),
});
const change = fc.record(
  { qtyBase: positive, entryPrice: positive, stopPrice: positive, targetPrice: fc.option(positive) },
  { requiredKeys: [] },
);

/** What a screen may ask, as the contract allows it, beside the event that the gateway makes of it. */
const REQUESTS: readonly [keyof Procedures, fc.Arbitrary<{ readonly input: object; readonly event: InputEvent }>][] = [
  ['placeOrder', manual.map((input) => ({ input, event: { kind: 'ManualOrderRequested', ...input } }))],
  [
    'approveProposal',
    fc
      .record({
        proposalId: anyId,
        portion: fc.constantFrom('full' as const, 'half' as const),
        terms: fc.oneof(fc.string({ maxLength: 200 }), anyTerms),
      })
      .map((input) => ({ input, event: { kind: 'ApproveRequested', ...input } })),
  ],
  [
    'declineProposal',
    fc
      .record({ proposalId: anyId, why: fc.string({ maxLength: 200 }) })
      .map((input) => ({ input, event: { kind: 'DeclineRequested', ...input } })),
  ],
  [
    'changeProposal',
    fc.record({ proposalId: anyId, change }).map((input) => ({ input, event: { kind: 'ChangeRequested', ...input } })),
  ],
  [
    'cancelOrder',
    fc.record({ clientOrderId: anyId }).map((input) => ({ input, event: { kind: 'CancelRequested', ...input } })),
  ],
  [
    'flatten',
    fc
      .record({ instrumentId: fc.option(instrumentId) })
      .map((input) => ({ input, event: { kind: 'FlattenRequested', ...input } })),
  ],
  [
    'acknowledgeDifference',
    fc
      .record({
        asset: fc.oneof(
          fc.constantFrom('BTC', 'USDT', 'binance-usdm:USDT'),
          fc.stringMatching(/^[^/]{1,40}$/),
          instrumentId,
        ),
        ledger: amount,
        venue: amount,
      })
      .map((input) => ({ input, event: { kind: 'DifferenceAcknowledged', ...input } })),
  ],
  ['setArmed', fc.record({ armed: fc.boolean() }).map((input) => ({ input, event: { kind: 'ArmSet', ...input } }))],
  [
    'setKillSwitch',
    fc.record({ on: fc.boolean() }).map((input) => ({ input, event: { kind: 'KillSwitchSet', ...input } })),
  ],
  [
    'setDeadManSwitch',
    fc
      .record({ mode: fc.constantFrom('off' as const, 'entries' as const, 'all' as const) })
      .map((input) => ({ input, event: { kind: 'DeadManSwitchSet', ...input } })),
  ],
  [
    'changeEnsemble',
    fc
      .record({
        confidenceMin: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        weights: fc.dictionary(
          fc.constantFrom('reversal', 'momentum', 'x'),
          fc.double({ min: 0, max: 10, noNaN: true }),
        ),
        decideEveryMs: fc.dictionary(
          fc.constantFrom('binance:BTC/USDT', 'binance:ETH/USDT'),
          fc.integer({ min: 1, max: 1_440 }).map((minutes) => minutes * 60_000),
        ),
      })
      .map((input) => ({ input, event: { kind: 'EnsembleSet', settings: input } })),
  ],
  ['setLimits', limits.map((input) => ({ input, event: { kind: 'LimitsSet', limits: input } }))],
  [
    'setMandate',
    fc.option(mandate).map((value) => ({ input: { mandate: value }, event: { kind: 'MandateSet', mandate: value } })),
  ],
];

describe('requests', () => {
  it('are all here that tell the engine anything', () => {
    const reads = ['hello', 'watchDesk', 'watchMarket', 'chartHistory', 'previewOrder', 'journalPage', 'verifyJournal'];
    const others = [...reads, 'cancelAll', 'startGameDay', 'stopGameDay', 'loadSetting', 'saveSetting'];
    // They reach the registry of models first, which tells the engine what passed its gate.
    const ofModels = ['promoteModel', 'rollbackModel'];
    const elsewhere = [labContract, gapContract, modelsContract, boardsContract, trustContract].flatMap((part) =>
      Object.keys(part),
    );
    expect([...REQUESTS.map(([name]) => name), ...others, ...ofModels, ...elsewhere].sort()).toEqual(
      Object.keys(contract).sort(),
    );
  });

  it.each(REQUESTS)(
    '%s: whatever the contract lets through is handled or refused, and the engine goes on',
    (name, request) => {
      fc.assert(
        fc.property(request, ({ input, event }) => {
          expect(inputSchemaOf(name)?.safeParse(input).success, JSON.stringify(input)).toBe(true);
          const events = engine.request(event);
          expect(events[0]).toEqual(event);
          expect(engine.request({ kind: 'ClockTicked' }).length).toBeGreaterThan(0);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('previewOrder: a draft or a refusal in words, never an exception, and nothing is signed', () => {
    fc.assert(
      fc.property(manual, (order) => {
        expect(manualOrderSchema.safeParse(order).success).toBe(true);
        const nowMs = START_MS + 150_000;
        const drafted = engine.pipeline.approval.view.draftManual(order, nowMs);
        if (drafted.ok)
          expect(['pass', 'shrink', 'deny']).toContain(engine.pipeline.risk.view.preview(drafted.value, nowMs).outcome);
        else expect(drafted.error.text).toMatch(/\w/);
      }),
      { numRuns: 200 },
    );
  });

  it('in any order leave the books in balance and sign nothing that was not approved', () => {
    const any = fc.oneof(...REQUESTS.map(([, request]) => request));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (requests) => {
        for (const { event } of requests) engine.request(event);
        for (const position of engine.pipeline.ledger.view.positions()) expect(position.qtyBase).not.toMatch(/^-|NaN/);
        for (const { ledger } of engine.pipeline.ledger.view.balances()) expect(ledger).not.toMatch(/^-|NaN/);
      }),
      { numRuns: 30 },
    );
  });
});

describe('every input schema', () => {
  const names = (Object.keys(contract) as (keyof Procedures)[]).filter((name) => inputSchemaOf(name) !== undefined);
  it.each(names)('%s answers any value with a verdict', (name) => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
        (value) => {
          const parsed = inputSchemaOf(name)?.safeParse(value);
          // Strict objects with required members: nothing but an object of the right shape passes.
          if (parsed?.success) expect(typeof value).toBe('object');
          else expect(parsed?.error.issues.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
