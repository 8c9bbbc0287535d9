/** Strategies of the user's own in the exact gear: the live engine asks them where they can do no harm. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { replayLog } from '../../../main/engine/kernel/replay.ts';
import { createPipeline } from '../../../main/engine/pipeline.ts';
import { type ExactPlan, membersOf } from '../../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../../main/lab/exact/run-exact.ts';
import { planOwn } from '../../../main/lab/workers/planned-strategy.ts';
import { hireTrader } from '../../../main/lab/workers/strategy-crew.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { exactPlan, marketOf } from '../../support/exact-plan.ts';
import { OWN_CROSS, ownDoing, ownFolder } from '../../support/own-strategy.ts';

const folder = ownFolder();
afterAll(() => folder.remove());

function walk(bars: number, seed: number) {
  const candles = randomWalkCandles(bars, createRandom(seed).next);
  return { ...candles, volume: candles.volume.map(() => 1_000) };
}
const CANDLES = walk(320, 3);
const SHIPPED = exactPlan(CANDLES, { params: { fast: 10, slow: 40, share: 0.5, qty: 0.5 } });

async function ownPlan(code: string, params: Readonly<Record<string, number>> = {}): Promise<ExactPlan> {
  const file = folder.write(code);
  const planned = await planOwn(file);
  if (!planned.ok) throw new Error(planned.error.message);
  const { markets, settings, limits } = SHIPPED;
  return { own: { outline: planned.value.outline, hire: hireTrader(file) }, params, markets, settings, limits };
}

// Each candle goes to another process and back: on a busy machine that takes its time.
describe('a strategy of the user’s own in the exact gear', { timeout: 120_000 }, () => {
  const params = { fast: 10, slow: 40, qty: 0.5 };

  it('trades as the same one that ships does', async () => {
    const ours = await runExact(SHIPPED);
    const theirs = await runExact(await ownPlan(OWN_CROSS, params));
    expect(ours.trades.length).toBeGreaterThan(2);
    expect(theirs.trades).toEqual(ours.trades);
    expect(theirs.equityQuote).toEqual(ours.equityQuote);
    expect(theirs.costs).toEqual(ours.costs);
  });

  it('leaves a log that replays to the same decisions without its code', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'exact-own-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const paths = { dir: join(dir, 'journal'), headFile: join(dir, 'head') };
    const opened = openEventLog({ ...paths, segmentBytesMax: 2 ** 24, marketBytesMax: 2 ** 30 });
    const plan = await ownPlan(OWN_CROSS, params);
    const run = await runExact({ ...plan, opened });
    const withoutCode = {
      ...plan,
      own: { ...(plan as Extract<ExactPlan, { own: unknown }>).own, hire: () => Promise.reject() as never },
    };
    const replayed = replayLog(paths.dir, () => createPipeline([], membersOf(withoutCode)).stages);
    expect(replayed).toMatchObject({ same: true, replayedHash: run.decisionHash });
    expect((await runExact(plan)).decisionHash).toBe(run.decisionHash);
  });

  it('sees what it holds, and hears of its fills', async () => {
    const code = `
import { defineStrategy } from 'countersign';
export default defineStrategy({ name: 'mine', title: 'Mine', about: 'Buys once.', params: {},
  start() {
    let [bar, filled] = [-1, ''];
    return {
      onFill(fill) { filled = fill.side + ' ' + fill.qty; },
      onCandle(_, desk) {
        bar += 1;
        if (bar === 20) desk.enter('long', { qty: 0.5 });
        if (bar === 30) throw new Error(filled + ', ' + desk.position + ' held, ' + (desk.entryPrice > 0 && desk.equity > 9000));
      },
    };
  } });`;
    await expect(runExact(await ownPlan(code))).rejects.toThrow('buy 0.5, 0.5 held, true');
  });

  it('of two instruments wants something in both', async () => {
    const code = ownDoing(
      "if (bar % 40 === 10 && candle.instrument === 1) { desk.of(0).enter('long', { qty: 0.5 }); desk.enter('long', { qty: 0.4 }); } if (bar % 40 === 30) { desk.of(0).exit(); desk.of(1).exit(); }",
    ).replace('params: {},', 'params: {}, instruments: 2,');
    const plan = await ownPlan(code.replaceAll('bar %', '(bar >> 1) %'));
    const run = await runExact({ ...plan, markets: [marketOf(CANDLES), marketOf(walk(320, 8))] });
    for (const at of [0, 1]) expect(run.trades.filter(({ instrument }) => instrument === at).length).toBeGreaterThan(3);
  });

  it.each([
    ['throws', "if (bar === 30) throw new Error('thirty is too much');", 'thirty is too much'],
    ['wants what is no order', "if (bar === 30) desk.enter('long', { qty: NaN });", 'its answer will not do'],
    [
      'wants a stop that is no price',
      "if (bar === 30) desk.enter('long', { qty: 1, stop: -5 });",
      'its answer will not do',
    ],
  ])('that %s fails the run with its sentence', async (_, what, says) => {
    await expect(runExact(await ownPlan(ownDoing(what)))).rejects.toThrow(says);
  });
});
