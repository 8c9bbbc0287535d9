import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { createGateway, type Gateway } from '../../../main/engine/gateway/router.ts';
import { contract, type DeskMessage, type MarketFrame } from '../../../preload/contract.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { createMemoryEngine, type MemoryEngine } from '../../support/memory-engine.ts';
import { LAB_PLAN } from '../../support/memory-lab.ts';
import { TRAINING_PLAN } from '../../support/memory-training.ts';
import {
  type EngineClient,
  memoryTransport,
  messagePortTransport,
  type Screen,
  type Transport,
  webSocketTransport,
} from '../../support/transports.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { CHART, LIMITS, MANUAL_ORDER, REQUESTS } from './requests.ts';

const TRANSPORTS = [
  ['a message port', messagePortTransport],
  ['a WebSocket', webSocketTransport],
  ['a pair of ports in memory', memoryTransport],
] as const;

/** Lets everything that is under way arrive. */
const settle = async (turns = 8): Promise<void> => {
  for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe.each(TRANSPORTS)('the contract over %s', (_name, open) => {
  let time: FakeTime;
  let engine: MemoryEngine;
  let gateway: Gateway;
  let transport: Transport;
  let screen: Screen;

  beforeEach(async () => {
    time = new FakeTime();
    engine = createMemoryEngine();
    gateway = createGateway(engine.port, time, time);
    transport = await open(gateway.router);
    screen = await transport.connect();
  });
  afterEach(async () => {
    await transport.close();
    gateway.close();
  });

  const next = async <T>(stream: AsyncIterator<T>): Promise<T> => {
    const { value, done } = await stream.next();
    if (done) throw new Error('the stream ended');
    return value;
  };
  /** A change and the round of the desk that sees it. */
  const arm = (armed: boolean): void => {
    engine.setArmed(armed);
    time.advance(25);
  };

  it('has a test for every request', () => {
    expect(
      [...Object.keys(REQUESTS), 'watchDesk', 'watchMarket', 'watchLab', 'watchGap', 'watchTraining'].sort(),
    ).toEqual(Object.keys(contract).sort());
  });

  it.each(Object.entries(REQUESTS))('%s reaches the engine as meant and is answered', async (_request, each) => {
    expect(await each.ask(screen.client)).toMatchObject(each.answer);
    expect(engine.requests).toEqual(each.told === undefined ? [] : [each.told]);
  });

  it('settings come back as they were saved', async () => {
    const value = { panels: [1, null, 'x', { deep: true }] };
    await screen.client.saveSetting({ key: 'layout', value });
    expect(await screen.client.loadSetting({ key: 'layout' })).toEqual({ value });
  });

  it.each<[string, (client: EngineClient) => Promise<unknown>, string]>([
    ['an unknown key', (c) => c.setArmed({ armed: true, force: true } as never), ''],
    ['a missing key', (c) => c.cancelOrder({} as never), 'clientOrderId'],
    ['no input at all', (c) => (c.flatten as () => Promise<unknown>)(), ''],
    ['an amount that is a number', (c) => c.placeOrder({ ...MANUAL_ORDER, qtyBase: 0.01 as never }), 'qtyBase'],
    ['an amount of zero', (c) => c.placeOrder({ ...MANUAL_ORDER, qtyBase: '0.000' }), 'qtyBase'],
    ['an exponent', (c) => c.placeOrder({ ...MANUAL_ORDER, qtyBase: '1e5' }), 'qtyBase'],
    ['a negative amount', (c) => c.placeOrder({ ...MANUAL_ORDER, limitPrice: '-1' }), 'limitPrice'],
    ['NaN', (c) => c.setLimits({ ...LIMITS, priceBandBps: Number.NaN }), 'priceBandBps'],
    ['a limit out of its range', (c) => c.setLimits({ ...LIMITS, exposureShareMax: 1.5 }), 'exposureShareMax'],
    ['too much history', (c) => c.chartHistory({ ...CHART, indicators: [], limit: 5_001 }), 'limit'],
    ['a text too long', (c) => c.declineProposal({ proposalId: 'p-1', why: 'x'.repeat(201) }), 'why'],
    ['more runs than are compared', (c) => c.labCompare({ runIds: Array(9).fill('r-1') }), 'runIds'],
    [
      'a parameter that is no number',
      (c) => c.startLabRun({ ...LAB_PLAN, params: { fast: '10' as never } }),
      'params.fast',
    ],
  ])('refuses %s by name, tells the engine nothing and stays open', async (_what, ask, field) => {
    const refused = await ask(screen.client).then(
      () => null,
      (error: unknown) => error as { code: string; data: { issues: { path?: string[]; message: string }[] } },
    );
    expect(refused?.code).toBe('BAD_REQUEST');
    expect(refused?.data.issues[0]?.path?.join('.') ?? '').toBe(field);
    expect(refused?.data.issues[0]?.message).toMatch(/\w/);
    expect(engine.requests).toEqual([]);
    expect((await screen.client.hello()).sessionId).toBe('memory');
  });

  it('refuses a procedure that the contract does not have, whatever its name', async () => {
    const client = screen.client as unknown as Record<string, () => Promise<unknown>>;
    for (const name of ['withdraw', 'constructor', '__proto__', 'valueOf', '../hello', 'hello/x', '%00'])
      await expect(client[name]?.(), name).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await screen.client.hello()).sessionId).toBe('memory');
  });

  it('the desk arrives whole, then as numbered changes', async () => {
    const stream = await screen.client.watchDesk({});
    const first = await next(stream);
    expect(first).toMatchObject({ type: 'snapshot', desk: { safety: { armed: engine.desk.safety.armed } } });
    arm(true);
    arm(false);
    expect(await next(stream)).toMatchObject({
      type: 'patch',
      revision: first.revision + 1,
      desk: { safety: { armed: true } },
    });
    expect(await next(stream)).toMatchObject({
      type: 'patch',
      revision: first.revision + 2,
      desk: { safety: { armed: false } },
    });
  });

  it('runs of the lab arrive whole, then those that changed, merged while nobody could have read them', async () => {
    const stream = await screen.client.watchLab();
    expect(await next(stream)).toMatchObject({ first: true, runs: [{ id: 'r-1', state: 'done' }], removed: [] });
    await screen.client.startLabRun(LAB_PLAN);
    await screen.client.cancelLabRun({ runId: 'r-2' });
    engine.lab.remove('r-1');
    await settle();
    time.advance(100);
    expect(await next(stream)).toMatchObject({
      first: false,
      runs: [{ id: 'r-2', state: 'cancelled' }],
      removed: ['r-1'],
    });
    expect(engine.requests).toEqual([]);
  });

  it('the gap meter is told as it is, and again when it changes', async () => {
    const stream = await screen.client.watchGap();
    expect(await next(stream)).toMatchObject({ running: null, report: { gap: '-27.4' } });
    await screen.client.measureGap();
    expect(await next(stream)).toMatchObject({ running: 0 });
    expect(await screen.client.measureGap()).toMatchObject({ ok: false, error: { code: 'running' } });
    engine.gap.set({ running: null, problem: 'The store has no candles of that time.' });
    expect(await next(stream)).toMatchObject({ running: null, problem: 'The store has no candles of that time.' });
  });

  it('trainings arrive whole, then those that changed, merged while nobody could have read them', async () => {
    const stream = await screen.client.watchTraining();
    expect(await next(stream)).toMatchObject({ first: true, jobs: [{ id: 'j-1', state: 'done' }], removed: [] });
    await screen.client.startTraining(TRAINING_PLAN);
    await screen.client.pauseTraining({ jobId: 'j-2' });
    engine.training.remove('j-1');
    await settle();
    time.advance(100);
    expect(await next(stream)).toMatchObject({
      first: false,
      jobs: [{ id: 'j-2', state: 'paused' }],
      removed: ['j-1'],
    });
    expect(engine.requests).toEqual([]);
  });

  it('rows that leave are named, rows that change come alone', async () => {
    const stream = await screen.client.watchDesk({});
    await next(stream);
    const [first, second] = engine.desk.proposals;
    engine.desk.proposals = [{ ...first!, stateNote: 'moved' }, ...engine.desk.proposals.slice(2)];
    arm(true);
    const patch = (await next(stream)) as Extract<DeskMessage, { type: 'patch' }>;
    expect(patch.desk.proposals?.map((row) => [row.id, row.stateNote])).toEqual([[first?.id, 'moved']]);
    expect(patch.desk.removed?.proposals).toEqual([second?.id]);
  });

  it('a screen that comes back gets what it missed, each change once', async () => {
    const stays = await transport.connect();
    const others = await stays.client.watchDesk({});
    await next(others);
    const stream = await screen.client.watchDesk({});
    const { revision } = await next(stream);
    screen.close();
    await screen.closed;
    for (let i = 0; i < 10; i += 1) arm(i % 2 === 0);
    const back = await transport.connect();
    const resumed = await back.client.watchDesk({ sinceRevision: revision });
    for (let i = 0; i < 10; i += 1) {
      expect(await next(resumed)).toMatchObject({
        type: 'patch',
        revision: revision + 1 + i,
        desk: { safety: { armed: i % 2 === 0 } },
      });
    }
    arm(true);
    expect(await next(resumed)).toMatchObject({ type: 'patch', revision: revision + 11 });
  });

  it('a screen that was alone finds on its return what changed while nobody watched', async () => {
    const stream = await screen.client.watchDesk({});
    const { revision } = await next(stream);
    screen.close();
    await screen.closed;
    await settle();
    arm(true);
    const back = await transport.connect();
    const resumed = await back.client.watchDesk({ sinceRevision: revision });
    const message = next(resumed);
    await settle();
    time.advance(500);
    expect(await message).toMatchObject({ type: 'patch', revision: revision + 1, desk: { safety: { armed: true } } });
  });

  it.each([
    ['too old', (revision: number) => revision],
    ['of another engine', (revision: number) => revision + 5_000],
  ])('a revision that is %s gets the desk whole', async (_what, since) => {
    const stays = await transport.connect();
    const others = await stays.client.watchDesk({});
    const { revision } = await next(others);
    for (let i = 0; i < 510; i += 1) arm(i % 2 === 0);
    const back = await transport.connect();
    const resumed = await back.client.watchDesk({ sinceRevision: since(revision) });
    expect(await next(resumed)).toMatchObject({ type: 'snapshot', revision: revision + 510 });
  });

  it('market frames merge while a screen hangs; every candle arrives once and in order', async () => {
    const stream = await screen.client.watchMarket({ ...CHART, indicators: ['rsi:14'], bookLevels: 5 });
    await next(stream);
    screen.stall();
    const rounds = 200;
    for (let i = 0; i < rounds; i += 1) {
      const candle: CandleRow = [i * 60_000, 100 + i, 101 + i, 99 + i, 100.5 + i, 1];
      engine.closeCandle(engine.instrumentId, candle);
      engine.book({
        instrumentId: engine.instrumentId,
        bids: [[String(100 + i), '1']],
        asks: [[String(101 + i), '1']],
        eventTimeMs: i,
        updateId: i,
      });
      time.advance(16);
      await settle(4);
    }
    screen.resume();
    const frames: MarketFrame[] = [];
    const closes = (): CandleRow[] =>
      frames.flatMap((frame) => frame.candles).filter((candle) => candle[5] === 1) as CandleRow[];
    while ((closes().at(-1)?.[0] ?? 0) < (rounds - 1) * 60_000) frames.push(await next(stream));
    expect(closes().map((candle) => candle[0])).toEqual(Array.from({ length: rounds }, (_, i) => i * 60_000));
    expect(frames.map((frame) => frame.frame)).toEqual(frames.map((_, i) => i + 2));
    expect(frames.length).toBeLessThan(30);
    expect(Math.max(...frames.map((frame) => frame.merged))).toBeGreaterThan(100);
    expect(frames.at(-1)?.book?.updateId).toBe(rounds - 1);
    for (const { candles, indicators } of frames)
      if (candles.length > 0) expect(indicators[0]?.lines[0]).toEqual(candles.map((candle) => candle[4]));
  });

  it('a frame carries what happened to its own instrument: prints, corrected candles, confidence, the book as asked', async () => {
    const { instrumentId } = engine;
    const stream = await screen.client.watchMarket({ ...CHART, indicators: ['rsi:14'], bookLevels: 2 });
    expect(await next(stream)).toMatchObject({ frame: 1, trades: [], book: null });
    const prints = (count: number) => {
      const all = Array.from({ length: count }, (_, i) => i);
      return {
        id: all.map(String),
        timeMs: all,
        price: all.map((i) => String(100 + i)),
        qtyBase: all.map(() => '0.5'),
        side: all.map((i) => (i % 2 === 0 ? ('buy' as const) : ('sell' as const))),
      };
    };
    engine.emit({ kind: 'MarketBatchReceived', instrumentId: 'memory:other/USDT', trades: prints(1), quote: null });
    engine.emit({ kind: 'MarketBatchReceived', instrumentId, trades: prints(250), quote: null });
    engine.emit({
      kind: 'CandleCorrected',
      instrumentId,
      timeframe: '1m',
      ours: [0, 1, 1, 1, 1, 1],
      venues: [0, 2, 2, 2, 2, 2],
    });
    engine.emit({ kind: 'CandleClosed', instrumentId, timeframe: '5m', candle: [0, 9, 9, 9, 9, 9], from: 'trades' });
    engine.emit({
      kind: 'PredictionArrived',
      requestId: 'r-1',
      instrumentId,
      timeframe: '5m',
      candleCloseTimeMs: 60_000,
      model: 'reversal-gbt',
      version: '1.0.0',
      modelHash: 'none',
      rawProbability: 0.6,
      probability: 0.6,
      record: null,
      edge: 'none',
      latencyMs: 1,
      late: false,
    });
    const level = (price: number): readonly [string, string] => [String(price), '1'];
    engine.book({ instrumentId, bids: [99, 98, 97].map(level), asks: [101].map(level), eventTimeMs: 1, updateId: 5 });
    time.advance(16);
    const frame = await next(stream);
    expect(frame.trades).toHaveLength(200);
    expect(frame.trades.at(-1)).toEqual({ timeMs: 249, price: '349', qtyBase: '0.5', side: 'sell' });
    expect(frame.candles).toEqual([
      [0, 2, 2, 2, 2, 2],
      [60_000, 100, 101, 99, 100, 1],
    ]);
    expect(frame.indicators).toEqual([{ id: 'rsi:14', lines: [[2, 100]] }]);
    expect(frame.confidence).toEqual([{ openTimeMs: 60_000, probability: 0.6 }]);
    expect(frame.book).toEqual({ bids: [99, 98].map(level), asks: [101].map(level), eventTimeMs: 1, updateId: 5 });
    // Told at once, and once more at the end of the interval if the screen was slower to ask.
    expect(frame.merged).toBeLessThanOrEqual(1);
  });

  it('a desk that hangs is brought up to date with a snapshot when it missed too much', async () => {
    const stream = await screen.client.watchDesk({});
    const { revision } = await next(stream);
    screen.stall();
    for (let i = 0; i < 700; i += 1) {
      arm(i % 2 === 0);
      await settle(1);
    }
    screen.resume();
    let message = await next(stream);
    let seen = 1;
    while (message.revision < revision + 700) {
      const after = await next(stream);
      if (after.type === 'patch') expect(after.revision).toBe(message.revision + 1);
      message = after;
      seen += 1;
    }
    expect(seen).toBeLessThan(700);
    expect(message.desk.safety?.armed).toBe(false);
  });

  it('requests are answered while streams wait for a screen to catch up', async () => {
    const stream = await screen.client.watchMarket({ ...CHART, indicators: [], bookLevels: 0 });
    await next(stream);
    screen.stall();
    for (let i = 0; i < 50; i += 1) {
      engine.moveMarket(3, i);
      time.advance(16);
      await settle(2);
    }
    const asked = screen.client.setKillSwitch({ on: true });
    await waitUntil('the kill switch reached the engine', () => engine.requests.length === 1);
    screen.resume();
    expect(await asked).toEqual({ ok: true });
  });

  it('a screen that goes leaves no watcher behind', async () => {
    const market = await screen.client.watchMarket({ ...CHART, indicators: [], bookLevels: 5 });
    const desk = await screen.client.watchDesk({});
    await Promise.all([next(market), next(desk)]);
    expect(engine.booksWatched).toEqual([`+${engine.instrumentId}`]);
    screen.close();
    await waitUntil('the book is no longer watched', () => engine.booksWatched.length === 2);
    expect(engine.booksWatched).toEqual([`+${engine.instrumentId}`, `-${engine.instrumentId}`]);
    await settle();
    const before = engine.reads.topics;
    for (let i = 0; i < 40; i += 1) arm(i % 2 === 0);
    expect(engine.reads.topics).toBe(before);
  });

  it('one stream can be ended alone', async () => {
    const abort = new AbortController();
    const market = await screen.client.watchMarket(
      { ...CHART, indicators: [], bookLevels: 5 },
      { signal: abort.signal },
    );
    await next(market);
    abort.abort();
    await waitUntil('the book is no longer watched', () => engine.booksWatched.length === 2);
    expect((await screen.client.hello()).sessionId).toBe('memory');
  });

  it.each([
    ['words', 'hello?'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no id', '{"p":{"u":"/hello"}}'],
    ['an id that is a number', '{"i":1,"p":{"u":"/hello"}}'],
    ['no address', '{"i":"1","p":{}}'],
    ['an address elsewhere', '{"i":"1","p":{"u":"http://127.0.0.1:1/hello"}}'],
    ['an address that is a number', '{"i":"1","p":{"u":5}}'],
    ['a kind that is none', '{"i":"1","t":9,"p":{"u":"/hello"}}'],
    ['bytes', new Uint8Array([0xff, 0xfe, 0x00, 0x7b])],
  ])('%s in place of a message ends that connection and no other', async (_what, garbage) => {
    const other = await transport.connect();
    screen.sendRaw(garbage);
    const why = await screen.closed;
    if (_name === 'a WebSocket') expect(why).toBe('this is not a message of the contract');
    expect((await other.client.hello()).sessionId).toBe('memory');
  });

  it('no message brings the engine down', async () => {
    const healthy = await transport.connect();
    const field = fc.oneof(
      fc.constantFrom('/hello', '/watchDesk', '/placeOrder', '/%', '/a/b/../c', 'POST', 'PATCH', '1', 3, 4),
      fc.json().map((text) => JSON.parse(text) as unknown),
    );
    const envelope = fc.record(
      {
        i: fc.oneof(fc.string(), fc.constant('1')),
        t: field,
        p: fc.record({ u: field, b: field, h: field, m: field }),
      },
      { requiredKeys: [] },
    );
    const message = fc.oneof(
      fc.string(),
      fc.json(),
      envelope.map((value) => JSON.stringify(value)),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
        const stranger = await transport.connect();
        for (const each of messages) stranger.sendRaw(each);
        await settle(2);
        stranger.close();
        expect((await healthy.client.hello()).sessionId).toBe('memory');
      }),
      { numRuns: 60 },
    );
    expect(engine.requests).toEqual([]);
  });
});
