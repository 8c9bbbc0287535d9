import { TIMEFRAMES, type Timeframe } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { wholeRecord } from '../lab/strategy/strategy-agents.ts';
import type { DeskStrategy } from '../lab/user-strategies/desk-sessions.ts';
import { ownConflict, readParams } from '../lab/workers/planned-strategy.ts';
import { isOwnFile, planStrategy } from './strategy-plan.ts';

type Fault = { readonly kind: string; readonly message: string };
type Given = Readonly<Record<string, number>>;

const bad = (message: string): Result<never, Fault> => fail({ kind: 'bad-plan', message });

/**
 * `sma-cross@5m` or a file of the user's own, `./mine.ts@5m`, with their parameters, checked: `fast=10`, or `sma-cross.fast=10` where there
 * are several strategies.
 */
export async function readStrategies(
  names: readonly string[],
  pairs: readonly string[],
): Promise<Result<readonly DeskStrategy[], Fault>> {
  const given = readPairs(pairs);
  if (!given.ok) return given;
  const strategies: DeskStrategy[] = [];
  for (const text of names) {
    const [, asked = '', timeframe = '5m'] = /^(.*?)(?:@([^@/\\]*))?$/.exec(text) ?? [];
    if (!TIMEFRAMES.includes(timeframe as Timeframe))
      return bad(`--strategy ${text}: there are candles of ${TIMEFRAMES.join(', ')}`);
    const read = await readStrategy(asked, timeframe as Timeframe, given.value);
    if (!read.ok) return read;
    const { name } = read.value.record;
    const isTaken = strategies.some(({ record, path }) => record.name === name && (path ?? read.value.path) !== null);
    if (isTaken)
      return bad(
        `--strategy ${text}: there is another strategy called ${name}, and its words would be taken for this one's`,
      );
    strategies.push(read.value);
  }
  for (const key of Object.keys(given.value)) {
    const owner = ownerOf(key);
    if (owner !== null && strategies.every(({ record }) => record.name !== owner))
      return bad(`--param ${key}: none of the strategies is called ${owner}`);
  }
  return ok(strategies);
}

async function readStrategy(asked: string, timeframe: Timeframe, given: Given): Promise<Result<DeskStrategy, Fault>> {
  if (isOwnFile(asked)) return readOwn(asked, timeframe, given);
  try {
    const { record } = wholeRecord({ name: asked, params: paramsOf(asked, given), timeframe });
    return ok({ record, path: null });
  } catch (error) {
    return bad((error as Error).message);
  }
}

async function readOwn(file: string, timeframe: Timeframe, given: Given): Promise<Result<DeskStrategy, Fault>> {
  const planned = await planStrategy(file);
  if (!planned.ok) return planned;
  const { outline, source, codeSha256 } = planned.value;
  const { name, title, instruments } = outline;
  if (instruments > 1) return bad(`${name} looks at several instruments together: the desk trades one at a time`);
  const params = readParams(planned.value, paramsOf(name, given));
  if (!params.ok) return bad(`${name}: ${params.error.message}`);
  try {
    const conflict = await ownConflict(source, params.value);
    if (conflict !== null) return bad(`${name}: ${conflict}`);
  } catch (error) {
    return bad(`${name} failed: ${(error as Error).message}`);
  }
  const own = { title, codeSha256: codeSha256 as string };
  return ok({
    record: { name, params: params.value, timeframe, own },
    path: source.kind === 'file' ? source.path : null,
  });
}

/** Those of one strategy: named for it, or for nobody. */
function paramsOf(name: string, given: Given): Record<string, number> {
  const params: Record<string, number> = {};
  for (const [key, value] of Object.entries(given)) {
    const owner = ownerOf(key);
    if (owner === null || owner === name) params[key.slice(key.lastIndexOf('.') + 1)] = value;
  }
  return params;
}

/** The strategy that a parameter is named for; null where it is for all. */
const ownerOf = (key: string): string | null => (key.includes('.') ? key.slice(0, key.lastIndexOf('.')) : null);
