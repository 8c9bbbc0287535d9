/** In place of a sandbox: says what the first line of the strategy file names, as one that had been broken out of could. */
import { readFileSync } from 'node:fs';
import type { ToSandbox } from '../../main/lab/user-strategies/sandbox-messages.ts';

const POINTS = 600;
const run = {
  tradeRows: Float64Array.of(0, 1, 2, 1, 100, 101, 0.1, 0.9, 0),
  equityQuote: new Float64Array(POINTS).fill(10_000),
  barsInMarket: 1,
  fills: 2,
  costs: { fees: 0.1, slippage: 0, funding: 0, borrow: 0 },
  refused: { tooSmall: 0, noMoney: 0, noShorts: 0, letGo: 0 },
};
const answer = (change: object): object => ({
  kind: 'answer',
  answer: { kind: 'backtest', run: { ...run, ...change } },
});
const row = (values: Readonly<Record<number, number>>): object => {
  const tradeRows = run.tradeRows.slice();
  for (const [at, value] of Object.entries(values)) tradeRows[Number(at)] = value;
  return answer({ tradeRows });
};

const SAID: Readonly<Record<string, () => unknown>> = {
  'unknown-kind': () => ({ kind: 'sudo', command: 'sign everything' }),
  'other-kind': () => ({ kind: 'answer', answer: { kind: 'fit', conflict: null } }),
  'not-a-number': () => answer({ equityQuote: run.equityQuote.with(2, Number.NaN) }),
  short: () => answer({ equityQuote: new Float64Array(5) }),
  'other-instrument': () => row({ 0: 7 }),
  'late-trade': () => row({ 2: POINTS }),
  'half-trade': () => answer({ tradeRows: run.tradeRows.slice(0, 5) }),
  'extra-field': () => answer({ orders: ['buy'] }),
  'long-text': () => ({ kind: 'failed', text: 'x'.repeat(100_000) }),
  negative: () => answer({ fills: -1 }),
  prototype: () =>
    JSON.parse('{"kind":"answer","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
};

let file = '';
process.on('message', (message: ToSandbox) => {
  if (message.kind === 'begin') file = message.file;
  if (message.kind !== 'job') return;
  const what = readFileSync(file, 'utf8').replace('// ', '').trim();
  if (what !== 'flood') process.send?.(SAID[what]?.());
  else
    for (let done = 0; done < 1_000; done += 1) process.send?.({ kind: 'progress', progress: { done, total: 1_000 } });
});
