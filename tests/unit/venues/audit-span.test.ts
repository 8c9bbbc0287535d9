import { describe, expect, it } from 'vitest';
import type { AuditReceived, EngineEvent } from '../../../main/engine/domain/events.ts';
import type { VenueFill, VenueOrderReport } from '../../../main/engine/domain/order.ts';
import { auditFrom } from '../../../main/engine/engine.ts';
import { createAuditor } from '../../../main/engine/venues/binance/audit.ts';
import { BINANCE_DEFAULTS } from '../../../main/engine/venues/binance/connector.ts';
import type { ConnectorContext } from '../../../main/engine/venues/binance/connector-context.ts';
import type { PrivateReads } from '../../../main/engine/venues/binance/private-reads.ts';
import { createVenueWorkerPort } from '../../../main/engine/venues/venue-worker-client.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 5, 12);

/** The auditor with a venue whose answers a test lets through one by one. */
function openAuditor(skewMs = 0, filled: readonly VenueFill[] = [], trueSkewMs = skewMs) {
  const asked: number[] = [];
  const audits: AuditReceived[] = [];
  const gates: (() => void)[] = [];
  const lookedUp: string[] = [];
  let failures = 0;
  let clockMs = skewMs;
  const reads: PrivateReads = {
    async order(_id, by) {
      if ('venueOrderId' in by) lookedUp.push(by.venueOrderId);
      return 'venueOrderId' in by ? ({ ...by, clientOrderId: `ours-${by.venueOrderId}` } as VenueOrderReport) : null;
    },
    ordersInLists: async () => [],
    openOrders: () => new Promise((resolve) => gates.push(() => resolve([]))),
    async fills(_id, sinceMs) {
      asked.push(sinceMs);
      if (failures > 0) {
        failures -= 1;
        throw new Error('no answer');
      }
      return [...filled];
    },
    balances: async () => [],
  };
  const context = {
    instruments: { all: [{ id: 'binance:BTC/USDT' }] },
    nowMs: () => NOW_MS,
    clockSkewMs: () => clockMs,
    verifyClock: async () => {
      clockMs = trueSkewMs;
    },
    running: () => true,
    sleep: async () => {},
    emit: (event: EngineEvent) => audits.push(event as AuditReceived),
  } as unknown as ConnectorContext;
  const auditor = createAuditor(context, {
    reads,
    markOf: async () => null,
    isNamed: (name) => name.endsWith('|named'),
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  return {
    asked,
    audits,
    lookedUp,
    request: (sinceMs: number | null) => auditor.request([], sinceMs),
    failNext: () => {
      failures += 1;
    },
    async answer() {
      await settle();
      gates.shift()?.();
      await settle();
    },
  };
}

describe('whose the fills of an audit are', () => {
  it('is asked, once an order, where no report has said it: one called not found may be among them', async () => {
    const fillOf = (venueOrderId: string): VenueFill =>
      ({ instrumentId: 'binance:BTC/USDT', venueOrderId, clientOrderId: null }) as VenueFill;
    const venue = openAuditor(0, [fillOf('7'), fillOf('named'), fillOf('7'), fillOf('8')]);
    venue.request(null);
    await venue.answer();
    expect(venue.lookedUp).toEqual(['7', '8']);
    expect(venue.audits[0]?.closedOrders.map(({ clientOrderId }) => clientOrderId)).toEqual(['ours-7', 'ours-8']);
  });
});

describe('from when on an audit asks for fills', () => {
  it('what is asked while one is being read belongs to the next', async () => {
    const venue = openAuditor();
    venue.request(null);
    venue.request(NOW_MS - 9 * DAY_MS);
    await venue.answer();
    await venue.answer();
    expect(venue.asked).toEqual([NOW_MS - DAY_MS, NOW_MS - 9 * DAY_MS]);
  });

  it('an audit that failed asks for no less when it is tried again', async () => {
    const venue = openAuditor();
    venue.failNext();
    venue.request(NOW_MS - 9 * DAY_MS);
    await venue.answer();
    await venue.answer();
    expect(venue.asked).toEqual([NOW_MS - 9 * DAY_MS, NOW_MS - 9 * DAY_MS]);
    expect(venue.audits).toHaveLength(1);
  });

  it('is a time on the venue’s clock, however far ours is ahead', async () => {
    const venue = openAuditor(300_000);
    venue.request(null);
    await venue.answer();
    venue.request(null);
    await venue.answer();
    expect(venue.asked[1]).toBe(NOW_MS - 300_000 - 60_000);
  });

  it('is dated by our clock only after that was held against the venue’s', async () => {
    const venue = openAuditor(0, [], 15_000);
    venue.request(null);
    await venue.answer();
    expect(venue.audits[0]?.venueTimeMs).toBe(NOW_MS - 15_000);
  });

  it('after a restart is when the books were last reconciled, not when something else was last logged', () => {
    const record = (timeMs: number, event: Partial<EngineEvent>) => ({ seq: 1, timeMs, event: event as EngineEvent });
    expect(auditFrom([])).toEqual(new Map());
    expect(auditFrom([record(1_000_000, { kind: 'EngineStarted' })])).toEqual(new Map());
    const ledger = [
      record(1_000_000, { kind: 'Reconciled', repairs: [] }),
      record(9_000_000, { kind: 'ArmSet', armed: true }),
    ];
    expect(auditFrom(ledger).get('binance')).toBe(1_000_000 - 120_000);
  });

  it('is the venue’s time, which no setting of our clock moves, and never one that is still to come', async () => {
    const reconciled = { kind: 'Reconciled', repairs: [], venueTimeMs: 5_000_000 } as const;
    expect(auditFrom([{ seq: 1, timeMs: 9_000_000, event: reconciled }]).get('binance')).toBe(5_000_000 - 120_000);
    const venue = openAuditor();
    venue.request(NOW_MS + 3_600_000);
    await venue.answer();
    expect(venue.asked).toEqual([NOW_MS - DAY_MS]);
    expect(venue.audits[0]?.venueTimeMs).toBe(NOW_MS);
  });

  it('reaches a worker that is started after it was asked', async () => {
    // Stands in for the connector's worker: says back what it was told.
    const code =
      "const{parentPort:p}=require('node:worker_threads');p.on('message',(m)=>{if(m.kind==='stop')process.exit(0);if(m.kind==='command')p.postMessage({kind:'problem',text:JSON.stringify(m.command)})})";
    const told: string[] = [];
    const port = createVenueWorkerPort({
      candleStorePath: ':memory:',
      connector: { ...BINANCE_DEFAULTS, loopbackPort: 1, symbols: null },
      credentials: async () => ({ apiKey: 'k', secret: 's' }),
      onProblem: (text) => told.push(text),
      workerUrl: new URL(
        `data:text/javascript,${encodeURIComponent(`import{createRequire}from'node:module';const require=createRequire('/');${code}`)}`,
      ),
    });
    port.send({ kind: 'audit', why: 'the engine started', believedOpen: [], fillsSinceMs: 5 });
    port.send({ kind: 'audit', why: 'asked again', believedOpen: [], fillsSinceMs: null });
    port.start();
    for (let i = 0; i < 200 && told.length === 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await port.stop();
    expect(told.map((text) => JSON.parse(text))).toEqual([
      { kind: 'audit', why: 'asked again', believedOpen: [], fillsSinceMs: 5 },
    ]);
  });
});
