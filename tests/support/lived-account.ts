import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CandleColumns, Timeframe } from '../../main/engine/domain/candle.ts';
import type { CandleRow } from '../../main/engine/domain/events.ts';
import { isPerpetual } from '../../main/engine/domain/instrument.ts';
import { openEventLog } from '../../main/engine/kernel/event-log.ts';
import { openCandleStore } from '../../main/engine/venues/candle-store/candle-store.ts';
import type { ExactRun, Proposers } from '../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../main/lab/exact/run-exact.ts';
import type { GapFolder } from '../../main/lab/gap/measure-gap.ts';
import { exactPlan, type StrategyPlan } from './exact-plan.ts';
import { BTC_RECORD } from './small-engine.ts';

/** The folder of an account that was lived: a strategy over candles, with whoever answered, in a journal and candle stores. */
export async function livedAccount(
  root: string,
  candles: CandleColumns,
  over: Partial<StrategyPlan> | (Proposers & Partial<StrategyPlan>),
): Promise<{ readonly folder: GapFolder; readonly run: ExactRun }> {
  const folder = {
    journalDir: join(root, 'journal'),
    candleStore: join(root, 'candles.db'),
    perpetualCandleStore: join(root, 'candles-usdm.db'),
  };
  mkdirSync(dirname(folder.candleStore), { recursive: true });
  const markets = over.markets ?? [{ candles, record: BTC_RECORD }];
  for (const { record, candles: own } of markets) {
    const { id } = record!;
    storeCandles(isPerpetual(id) ? folder.perpetualCandleStore : folder.candleStore, id, '1m', own);
  }
  const opened = openEventLog({
    dir: folder.journalDir,
    headFile: join(root, 'journal.head'),
    segmentBytesMax: 2 ** 24,
    marketBytesMax: 2 ** 30,
  });
  const run = await runExact(exactPlan(candles, { opened, ...over, markets }));
  return { folder, run };
}

export function storeCandles(path: string, id: string, timeframe: Timeframe, columns: CandleColumns): void {
  const { openTimeMs, open, high, low, close, volume } = columns;
  const store = openCandleStore(path, {
    onProblem: (text) => {
      throw new Error(text);
    },
  });
  const rows = Array.from(
    openTimeMs,
    (timeMs, at): CandleRow => [timeMs, open[at]!, high[at]!, low[at]!, close[at]!, volume[at]!],
  );
  store.put(id, timeframe, rows);
  store.close();
}
