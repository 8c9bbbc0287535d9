import { TIMEFRAMES, type Timeframe } from '../engine/domain/candle.ts';
import type { StrategyRecord } from '../engine/domain/events.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { wholeRecord } from '../lab/strategy/strategy-agents.ts';

type Fault = { readonly kind: string; readonly message: string };

/** `sma-cross@5m` and its parameters, checked: `fast=10`, or `sma-cross.fast=10` where there are several strategies. */
export function readStrategies(
  names: readonly string[],
  pairs: readonly string[],
): Result<readonly StrategyRecord[], Fault> {
  const given = readPairs(pairs);
  if (!given.ok) return given;
  const records: StrategyRecord[] = [];
  for (const text of names) {
    const [name = '', timeframe = '5m'] = text.split('@');
    if (!TIMEFRAMES.includes(timeframe as Timeframe)) {
      return fail({ kind: 'bad-plan', message: `--strategy ${text}: there are candles of ${TIMEFRAMES.join(', ')}` });
    }
    const params: Record<string, number> = {};
    for (const [key, value] of Object.entries(given.value)) {
      const [owner, own] = key.includes('.') ? (key.split('.') as [string, string]) : [name, key];
      if (owner === name) params[own] = value;
    }
    records.push({ name, params, timeframe: timeframe as Timeframe });
  }
  try {
    return ok(records.map((record) => wholeRecord(record).record));
  } catch (error) {
    return fail({ kind: 'bad-plan', message: (error as Error).message });
  }
}
