import { TIMEFRAMES, type Timeframe } from '../engine/domain/candle.ts';
import type { StrategyRecord } from '../engine/domain/events.ts';
import { type InstrumentId, PERPETUAL_VENUE, SPOT_VENUE } from '../engine/domain/instrument.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { groupProblem } from '../lab/strategy/groups.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { wholeRecord } from '../lab/strategy/strategy-agents.ts';
import type { DeskStrategy } from '../lab/user-strategies/desk-sessions.ts';
import { ownConflict, readParams } from '../lab/workers/planned-strategy.ts';
import { isOwnFile, planStrategy } from './strategy-plan.ts';

type Fault = { readonly kind: string; readonly message: string };
type Given = Readonly<Record<string, number>>;

const bad = (message: string): Result<never, Fault> => fail({ kind: 'bad-plan', message });

/** `BTC/USDT`, or `BTC/USDT:USDT` for a perpetual. */
export const isSymbol = (text: string): boolean => /^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?$/.test(text);

const instrumentOf = (symbol: string): InstrumentId =>
  `${symbol.includes(':') ? PERPETUAL_VENUE : SPOT_VENUE}:${symbol}`;

/**
 * `sma-cross@5m` or a file of the user's own, `./mine.ts@5m`, with their parameters, checked: `fast=10`, or `sma-cross.fast=10` where there
 * are several strategies; `pairs@5m:BTC/USDT+ETH/USDT` for one that looks at several instruments together, or for those that it looks at,
 * `BTC/USDT:USDT` for a perpetual.
 */
export async function readStrategies(
  names: readonly string[],
  pairs: readonly string[],
): Promise<Result<readonly DeskStrategy[], Fault>> {
  const given = readPairs(pairs);
  if (!given.ok) return given;
  const strategies: DeskStrategy[] = [];
  for (const text of names) {
    const [, asked = '', timeframe = '5m', group] = /^(.*?)(?:@([^@/\\:]*)(?::(.*))?)?$/.exec(text) ?? [];
    if (!TIMEFRAMES.includes(timeframe as Timeframe))
      return bad(`--strategy ${text}: there are candles of ${TIMEFRAMES.join(', ')}`);
    const instruments = group?.split('+');
    const wrong = instruments?.find((symbol) => !isSymbol(symbol));
    if (wrong !== undefined)
      return bad(
        `--strategy ${text}: an instrument is named as BTC/USDT, or BTC/USDT:USDT for a perpetual, not ${wrong}`,
      );
    const on = {
      timeframe: timeframe as Timeframe,
      ...(instruments && { instruments: instruments.map(instrumentOf) }),
    };
    const read = await readStrategy(asked, on, given.value);
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

type On = Pick<StrategyRecord, 'timeframe' | 'instruments'>;

async function readStrategy(asked: string, on: On, given: Given): Promise<Result<DeskStrategy, Fault>> {
  if (isOwnFile(asked)) return readOwn(asked, on, given);
  try {
    const { record, strategy } = wholeRecord({ name: asked, params: paramsOf(asked, given), ...on });
    return ok({ record, path: null, together: strategy.instruments ?? 1 });
  } catch (error) {
    return bad((error as Error).message);
  }
}

async function readOwn(file: string, on: On, given: Given): Promise<Result<DeskStrategy, Fault>> {
  const planned = await planStrategy(file);
  if (!planned.ok) return planned;
  const { outline, source, codeSha256 } = planned.value;
  const { name, title } = outline;
  const missing = groupProblem(outline, on.instruments);
  if (missing !== null) return bad(missing);
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
    record: { name, params: params.value, ...on, own },
    path: source.kind === 'file' ? source.path : null,
    together: outline.instruments,
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
