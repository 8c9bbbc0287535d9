/**
 * The process in which a user's strategy runs: without environment, without permission to write, to start anything or to read beyond the
 * strategy's folder and our own code (Node's permission model, set by the parent), and, from before the first line of the strategy is
 * loaded, without any module of Node and without the globals that reach the network.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { runBacktest } from '../backtest/run-backtest.ts';
import { readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import type { SandboxAnswer, SandboxJob } from './sandbox-messages.ts';

const API = new URL('../strategy/index.ts', import.meta.url).href;
const { process } = globalThis;
const answer = (message: SandboxAnswer): void => {
  process.send?.(message, () => process.disconnect());
};

process.once('message', (job: SandboxJob) => {
  run(job).then(answer, (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    answer({ kind: 'failed', message: why.split('\n')[0] ?? '' });
  });
});

async function run({ file, params: given, markets, settings }: SandboxJob): Promise<SandboxAnswer> {
  closeDoors(new URL('.', pathToFileURL(file)).href);
  const { default: strategy } = (await import(pathToFileURL(file).href)) as { default?: StrategyDefinition };
  if (typeof strategy?.start !== 'function' || typeof strategy.params !== 'object') {
    return { kind: 'failed', message: 'it has no default export made by defineStrategy' };
  }
  const read = readSetting(strategy, given);
  if (!read.ok) return { kind: 'bad-parameter', message: read.error.message };
  const { trades, openTimeMs, equityQuote, barsInMarket, fills, costs, refused } = runBacktest({
    strategy,
    params: read.value,
    markets,
    settings,
  });
  const run = { trades, openTimeMs, equityQuote, barsInMarket, fills, costs, refused };
  return { kind: 'done', name: String(strategy.name), params: read.value, run };
}

/** From here on only files of this folder are imported, and what `countersign` gives. */
function closeDoors(folder: string): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'countersign') return { url: API, shortCircuit: true };
      const from = context.parentURL ?? '';
      const target = nextResolve(specifier, context);
      if (from.startsWith(folder) && !target.url.startsWith(folder)) {
        throw new Error(`a strategy may import countersign and files beside it, not ${specifier}`);
      }
      return target;
    },
  });
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'process', 'navigator', 'Worker', 'BroadcastChannel']) {
    Reflect.deleteProperty(globalThis, name);
  }
}
