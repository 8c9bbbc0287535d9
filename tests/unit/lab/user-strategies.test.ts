import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../main/lab/backtest/settings.ts';
import { tradesOf } from '../../../main/lab/backtest/trade-log.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { hireSandboxes } from '../../../main/lab/user-strategies/sandbox-hand.ts';
import type { Steps, StrategyAnswer, StrategyJob } from '../../../main/lab/workers/strategy-jobs.ts';
import { createWorkerCrew } from '../../../main/lab/workers/worker-crew.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { waitUntil } from '../../support/wait-until.ts';

const DIR = realpathSync(mkdtempSync(join(tmpdir(), 'user-strategies-')));
const SECRET_DIR = realpathSync(mkdtempSync(join(tmpdir(), 'secret-')));
const SECRET = join(SECRET_DIR, 'key.js');
writeFileSync(SECRET, 'export default "a key";');
symlinkSync(SECRET, join(DIR, 'link.js'));
writeFileSync(join(DIR, 'beside.ts'), "export const beside: string = 'beside';");
writeFileSync(join(DIR, 'common.cjs'), "module.exports = require('node:fs');");
afterAll(() => {
  rmSync(DIR, { recursive: true });
  rmSync(SECRET_DIR, { recursive: true });
});

const CANDLES = { ...randomWalkCandles(600, createRandom(4).next), volume: new Float64Array(600).fill(1_000) };
const GROUND = { markets: [{ candles: CANDLES }], settings: REALISTIC };
const CROSS = `
import { defineStrategy, Sma, whole } from 'countersign';
export default defineStrategy({
  name: 'mine', title: 'Mine', about: 'A cross.',
  params: { fast: whole(5, 1, 50, 'bars'), slow: whole(20, 2, 100, 'bars') },
  conflict: ({ fast, slow }: any) => (fast < slow ? null : 'fast must be below slow'),
  start({ params, track }: any) {
    const [fast, slow] = [track(new Sma(params.fast)), track(new Sma(params.slow))];
    return { onCandle(_: unknown, desk: any) { if (fast.value > slow.value) desk.enter('long', { share: 0.95 }); else desk.exit(); } };
  },
});`;
/** A strategy that does this at its first candle. */
const doing = (what: string, before = ''): string => `
import { defineStrategy } from 'countersign';
${before}
export default defineStrategy({ name: 'mine', title: 'Mine', about: 'Does it.', params: {},
  start: () => ({ onCandle(candle, desk) { ${what} } }) });`;
interface Limits {
  readonly silentMsMax?: number;
  readonly memoryMb?: number;
  readonly childUrl?: URL;
}

let count = 0;
async function ask<J extends StrategyJob>(code: string, job: J, limits: Limits = {}) {
  count += 1;
  const file = join(DIR, `mine-${count}.ts`);
  writeFileSync(file, code);
  const { silentMsMax = 60_000, memoryMb = 256, childUrl } = limits;
  const crew = createWorkerCrew<StrategyJob, StrategyAnswer, Steps>({
    hire: hireSandboxes({ file, ground: GROUND, memoryMb, ...(childUrl && { childUrl }) }),
    size: 1,
    waitingMax: 4,
    silentMsMax,
    idleMsMax: 60_000,
  });
  const outcome = await crew.ask(job).outcome;
  await crew.close();
  return outcome;
}

const RUN = { kind: 'backtest', params: {} } as const;
async function sentenceOf(code: string, limits?: Limits): Promise<string> {
  const outcome = await ask(code, RUN, limits);
  return outcome.ok ? 'it ran' : outcome.error.text;
}

describe('a strategy of the user’s own', () => {
  it('runs as one of ours would', async () => {
    const theirs = await ask(CROSS, { kind: 'backtest', params: { fast: 7 } });
    const params = { fast: 7, slow: 20, share: 0.95 };
    const ours = runBacktest({ strategy: smaCross, params, ...GROUND });
    if (!theirs.ok) throw new Error(theirs.error.text);
    const { tradeRows, equityQuote, costs } = theirs.value.run;
    expect(tradesOf(tradeRows)).toEqual(ours.trades);
    expect(equityQuote).toEqual(ours.equityQuote);
    expect(costs).toEqual(ours.costs);
    expect(ours.trades.length).toBeGreaterThan(3);
  });

  it('may keep the candles that it is shown, and copy them', async () => {
    const keeps = `
import { defineStrategy } from 'countersign';
class Mine {
  seen = []; tracked = [];
  constructor(context) {
    context.trackCandles({}, (_, candle) => { this.tracked.push(candle); return 1; });
    context.trackCandles({}, (_, candle) => { this.longer = candle; return 1; }, { timeframe: '15m' });
  }
  onCandle(candle) {
    this.seen.push({ ...candle });
    this.tracked.at(-1).kept = candle;
    if (candle.openTimeMs !== ${CANDLES.openTimeMs.at(-1)}) return;
    const wrong = this.seen.filter((each, at) => each.close !== this.tracked[this.tracked.length - this.seen.length + at].kept.close);
    const closes = new Set(this.tracked.map((each) => each.close));
    throw new Error(wrong.length + ' wrong, ' + closes.size + ' closes, first ' + this.tracked[0].close);
  }
}
export default defineStrategy({ name: 'mine', title: 'Mine', about: '', params: {}, start: (context) => new Mine(context) });`;
    const closes = new Set(CANDLES.close).size;
    expect(await sentenceOf(keeps)).toBe(`0 wrong, ${closes} closes, first ${CANDLES.close[0]}`);
  });

  it.each([
    [
      'remembers an earlier run, and so knows what comes next',
      'const seen = new Map();',
      'seen.set(candle.openTimeMs, candle.close); if (seen.get(candle.openTimeMs + 300_000) > candle.close) desk.enter("long", { share: 0.5 }); else desk.exit();',
    ],
    ['draws lots', '', 'if (Math.random() < 0.5) desk.enter("long", { share: 0.5 }); else desk.exit();'],
    [
      'counts on where an earlier run ended',
      'let asked = 0;',
      'asked += 1; if (asked % 1009 < 500) desk.enter("long", { share: 0.5 }); else desk.exit();',
    ],
  ])('that %s is no backtest, however it is asked', async (_, before, what) => {
    const code = doing(what, before);
    const jobs: readonly StrategyJob[] = [
      RUN,
      { kind: 'sweep', sweep: 1, settings: [{}] },
      { kind: 'judge', params: {}, span: { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, seed: 1, otherTrials: [] },
    ];
    for (const job of jobs)
      expect(await ask(code, job)).toMatchObject({
        ok: false,
        error: { text: expect.stringContaining('it does not do the same twice over the same candles') },
      });
  });

  it('is swept as it runs, whatever its rule over columns knows of the future', async () => {
    const rule = `columns: { entry: () => ({ share: 0.95 }), lead: ({ close }: any) => ({
      ahead: close.map((_: number, bar: number) => close[bar + 1]), aheadTimes: 1, behind: close, behindTimes: 1 }) },`;
    const settings = [7, 9].map((fast) => ({ fast, slow: 20 }));
    const [knowing, honest] = await Promise.all(
      [CROSS.replace('params: {', `${rule} params: {`), CROSS].map((code) =>
        ask(code, { kind: 'sweep', sweep: 1, settings }),
      ),
    );
    expect(honest).toMatchObject({ ok: true, value: { results: [{ trades: expect.any(Number) }, {}] } });
    expect(knowing).toEqual(honest);
  });

  it('says what it is, and of which files', async () => {
    const described = await ask(`import './beside.ts';${CROSS}`, { kind: 'describe' });
    if (!described.ok) throw new Error(described.error.text);
    const { outline, code } = described.value;
    expect(outline).toMatchObject({ name: 'mine', instruments: 1, params: { fast: { standard: 5, most: 50 } } });
    expect(code.toSorted()).toEqual([join(DIR, 'beside.ts'), join(DIR, `mine-${count}.ts`)]);
  });

  it('says what does not fit together, and is refused what is out of range', async () => {
    const fit = await ask(CROSS, { kind: 'fit', params: { fast: 30 } });
    expect(fit).toMatchObject({ value: { conflict: 'fast must be below slow' } });
    const ran = await ask(CROSS, { kind: 'backtest', params: { fast: 99 } });
    expect(ran).toMatchObject({ error: { text: expect.stringContaining('fast must lie from 1 to 50, not 99') } });
  });

  it.each([
    ['throws', doing("throw new Error('I do not like this market')"), 'I do not like this market'],
    ['throws what cannot be read', doing('throw { toString() { throw 1; } }'), 'what it threw cannot be read'],
    ['is no strategy', 'export const a = 1;', 'it has no default export made by defineStrategy'],
    ['does not parse', 'export default {', ''],
    ['calls itself anything', CROSS.replace("'mine'", "'../mine'"), 'small letters, digits and hyphens'],
    ['enters in no direction', doing("desk.enter('buy', { share: 0.5 })"), 'buy is no direction: long or short'],
    ['answers later', doing('').replace('onCandle(', 'async onCandle('), 'onCandle is async, and nobody waits for it'],
    ['orders nothing that is an order', doing("desk.enter('long', { qty: NaN })"), 'an order of NaN is no order'],
  ])('that %s fails with a sentence', async (_, code, says) => {
    const outcome = await ask(code, code.includes('../mine') ? { kind: 'describe' } : RUN);
    expect(outcome).toMatchObject({ ok: false, error: { kind: 'failed', text: expect.stringContaining(says) } });
  });

  it.each([
    ['loops for ever', doing('for (;;);')],
    ['loops for ever when it is loaded', 'for (;;);\nexport {};'],
    ['waits for ever when it is loaded', `await new Promise(() => {});${CROSS}`],
  ])('that %s is ended', async (_, code) => {
    expect(await sentenceOf(code, { silentMsMax: 2_000 })).toBe(
      'Ended: it did not get on for 2 s, as a strategy that never returns does.',
    );
  });

  it.each([
    ['its heap', 'const all = []; for (;;) all.push(new Array(1e5).fill(all.length));'],
    ['what lies outside the heap', 'const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1));'],
    ['one string', "let text = 'x'; const all = []; for (;;) { text += text.slice(0, 1e7); all.push([...text]); }"],
  ])('that takes all memory by %s is ended', async (_, what) => {
    expect(await sentenceOf(doing(what), { memoryMb: 128 })).toMatch(
      /^Ended: it wanted more than 128 MB of memory, or was killed|Invalid string length/,
    );
  });

  it('may be asked as often as it answers: what was asked for is no flood', async () => {
    const file = join(DIR, 'quick.ts');
    writeFileSync(file, CROSS);
    const crew = createWorkerCrew<StrategyJob, StrategyAnswer, Steps>({
      hire: hireSandboxes({ file, ground: GROUND, memoryMb: 256 }),
      size: 1,
      waitingMax: 1_000,
      silentMsMax: 60_000,
      idleMsMax: 60_000,
    });
    const outcomes = await Promise.all(
      Array.from({ length: 600 }, () => crew.ask({ kind: 'fit', params: { fast: 30 } }).outcome),
    );
    await crew.close();
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('that floods the venue with orders is stopped', async () => {
    expect(await sentenceOf(doing("for (;;) desk.rest('buy', 1, 1);"))).toContain('1,000 orders');
  });
});

/** What these come to in a sandbox, one after another. */
async function findings(expressions: readonly string[]): Promise<readonly string[]> {
  const tries = expressions.map((expression) => `() => ${expression}`).join(',\n');
  const code = `
import { defineStrategy } from 'countersign';
const look = (way) => { try { return String(way()); } catch (error) { return 'refused: ' + error.message.slice(0, 60); } };
export default defineStrategy({ name: 'mine', title: 'Mine', about: '', params: {}, start: () => ({}),
  conflict: (params) => JSON.stringify([${tries}].map(look)) });`;
  const outcome = await ask(code, { kind: 'fit', params: {} });
  if (!outcome.ok) throw new Error(outcome.error.text);
  return JSON.parse(outcome.value.conflict as string) as string[];
}

describe('the sandbox', () => {
  it.each([
    ['Node’s modules', "import fs from 'node:fs';", 'not node:fs'],
    ['Node’s modules by their short names', "import 'net';", 'not net'],
    ['code in a URL', "import 'data:text/javascript,export default 1';", 'not data:'],
    ['files elsewhere', `import '${SECRET}';`, 'files beside it'],
    ['files elsewhere through a link', "import './link.js';", 'files beside it'],
    ['packages', "import 'ccxt';", 'ccxt'],
    ['CommonJS, which could require', "import './common.cjs';", 'no module of JavaScript or TypeScript'],
    ['our own insides', "import 'countersign/../feed.ts';", 'countersign'],
  ])('lets nobody import %s', async (_, line, says) => {
    expect(await sentenceOf(`${line}\n${CROSS}`)).toContain(says);
  });

  it('has nothing but the language', async () => {
    const names =
      'process require module fetch WebSocket EventSource WebAssembly Atomics SharedArrayBuffer Buffer setTimeout setInterval setImmediate ' +
      'queueMicrotask structuredClone MessageChannel BroadcastChannel Worker EventTarget navigator crypto performance URL global';
    const kinds = names.split(' ').map((name) => `typeof ${name}`);
    const found = await findings([
      ...kinds,
      'typeof globalThis.process',
      'typeof console._stdout',
      'typeof import.meta.main',
    ]);
    expect([...new Set(found.slice(0, -1))]).toEqual(['undefined']);
  });

  it('is not left by any known way', async () => {
    const ways = [
      "(() => {}).constructor('return process')()",
      "(async () => {}).constructor('return process')()",
      "(function* () {}).constructor('return process')()",
      "(async function* () {}).constructor('return process')()",
      "params.constructor.constructor('return process')()",
      "defineStrategy.constructor('return process')()",
      "(0, eval)('process')",
      '(function look() { return look.caller; })()',
      '(() => { Error.prepareStackTrace = (_, frames) => frames[0].getThis(); return new Error("").stack; })()',
      "(() => { Object.prototype.polluted = 'yes'; return ({}).polluted; })()",
      "(() => { ({}).__proto__.polluted = 'yes'; return ({}).polluted; })()",
      "(() => { Array.prototype.push = () => 'mine'; return [].push(1); })()",
      "(() => { Promise.prototype.then = () => 'mine'; return 'taken'; })()",
      "(() => { Function.prototype.call = () => 'mine'; return 'taken'; })()",
      "(() => { Object.defineProperty(Object.prototype, 'domain', { get() { return this; } }); return 'taken'; })()",
      "(() => { globalThis.Object = class {}; return new globalThis.Object() instanceof Object ? 'taken' : 'kept'; })()",
    ];
    for (const [at, said] of (await findings(ways)).entries()) expect(said, ways[at]).toMatch(/^refused: /);
  });

  it('late imports end with the run', async () => {
    const said = await sentenceOf(
      doing(
        "import('node:net').then((net) => { globalThis.net = net; }); throw new Error('gone on: ' + typeof globalThis.net)",
      ),
    );
    expect(said).toBe('gone on: undefined');
  });

  it('reaches no network, even where a module loads one', async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const before = `const net = await import('node:net').catch((error) => error); const tried = net.connect ? net.connect(${port}) : net.message;`;
    expect(await sentenceOf(doing('throw new Error(String(tried));', before))).toContain('not node:net');
    await new Promise((resolve) => server.close(resolve));
    expect(connections).toBe(0);
  });
});

/** Processes of sandboxes that this one has started and that live. */
function livingSandboxes(): readonly string[] {
  const isOurs = (pid: string): boolean => {
    try {
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sandbox-child');
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOurs(name));
}

describe.skipIf(process.platform !== 'linux')('the process of a sandbox', () => {
  it('goes with the thread that had it, whatever the strategy does', async () => {
    const file = join(DIR, 'endless.ts');
    const code = `
import { defineStrategy, whole } from 'countersign';
export default defineStrategy({ name: 'mine', title: 'Mine', about: '', params: { n: whole(0, 0, 1, 'how') },
  start({ params }) { for (const from = Date.now(); params.n === 1 || Date.now() < from + 200; ); return {}; } });`;
    writeFileSync(file, code);
    const thread = new Worker(new URL('../../support/sandbox-on-a-thread.ts', import.meta.url), {
      workerData: { file },
    });
    expect(await once(thread, 'message')).toEqual(['progress']);
    expect(livingSandboxes()).toHaveLength(1);
    await thread.terminate();
    await waitUntil('the sandbox is gone', () => livingSandboxes().length === 0, 20_000);
  });
});

describe('what comes out of a sandbox', () => {
  const childUrl = new URL('../../support/hostile-sandbox.ts', import.meta.url);
  it.each([
    ['nothing known', 'unknown-kind', 'its answer will not do'],
    ['what another job would be answered', 'other-kind', 'its answer will not do'],
    ['no number', 'not-a-number', 'its equity at bar 3 is NaN'],
    ['too short a run', 'short', '5 points of equity over 600 bars'],
    ['an instrument that there is not', 'other-instrument', 'its trade 1 is none'],
    ['a trade beyond the end', 'late-trade', 'its trade 1 is none'],
    ['half a trade', 'half-trade', 'trades'],
    ['more than was asked for', 'extra-field', 'its answer will not do'],
    ['a flood of words', 'flood', 'Ended: it says more than it was asked.'],
    ['an endless sentence', 'long-text', 'its answer will not do'],
    ['a negative count', 'negative', 'its answer will not do'],
  ])('is not believed where it is %s', async (_, file, says) => {
    expect(await sentenceOf(`// ${file}`, { childUrl })).toContain(says);
  });

  it('cannot change our prototypes', async () => {
    expect(await sentenceOf('// prototype', { childUrl })).toContain('its answer will not do');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
