/** `bench scale`: what a run costs, in time and memory, as bars and instruments grow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { createRandom } from '../../engine/kernel/random.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { writeRun } from '../backtest/run-files.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { REALISTIC } from '../backtest/settings.ts';
import { judgeRun } from '../honesty/judge-run.ts';
import { smaCross } from '../strategies/sma-cross.ts';

export interface ScaleBench {
  /** Of each instrument. */
  readonly bars: number;
  readonly instruments: number;
  /** Judges the run too, which runs it some two hundred times. */
  readonly judge: boolean;
}

export interface ScaleAnswer {
  readonly bars: number;
  readonly instruments: number;
  readonly trades: number;
  /** CPU time of each part over all bars of all instruments, in nanoseconds a bar. */
  readonly nsPerBar: Readonly<Record<string, number>>;
  /** Of the candles themselves. */
  readonly candlesMb: number;
  /** What the process took at most beyond what it had with the candles made. */
  readonly beyondMb: number;
}

const MB = 1_048_576;
const MINUTE_MS = 60_000;
const FROM_MS = 1_600_000_000_000;

/** One run of the plainest strategy on each instrument, one account, realistic costs; candles are made, not read. */
export async function benchScale({ bars, instruments, judge }: ScaleBench): Promise<ScaleAnswer> {
  const markets = Array.from({ length: instruments }, (_, at) => ({ candles: walk(bars, at + 1) }));
  const before = process.memoryUsage.rss();
  const nsPerBar: Record<string, number> = {};
  const part = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const cpu = process.cpuUsage();
    const value = await work();
    const { user, system } = process.cpuUsage(cpu);
    nsPerBar[name] = Math.round(((user + system) * 1_000) / (bars * instruments));
    return value;
  };
  const cash = REALISTIC.cashQuote;
  const plan = { strategy: smaCross, params: { fast: 50, slow: 400, share: 1 / instruments }, markets };
  const run = await part('run', () => runBacktest(plan));
  await part('figures', () => runStatistics(run, run.openTimeMs, cash));
  const dir = mkdtempSync(join(tmpdir(), 'countersign-scale-'));
  try {
    await part('files', () => writeRun(dir, run, run.openTimeMs));
  } finally {
    rmSync(dir, { recursive: true });
  }
  if (judge) await part('judging', () => judgeRun(plan, run, { seed: 1 }));
  return {
    bars,
    instruments,
    trades: run.tradeCount,
    nsPerBar,
    candlesMb: Math.round((bars * instruments * 6 * 8) / MB),
    beyondMb: Math.round(process.resourceUsage().maxRSS / 1024 - before / MB),
  };
}

function walk(bars: number, seed: number): CandleColumns {
  const random = createRandom(seed);
  const column = (): Float64Array => new Float64Array(bars);
  const [openTimeMs, open, high, low, close] = [column(), column(), column(), column(), column()];
  let price = 1_000;
  for (let bar = 0; bar < bars; bar += 1) {
    openTimeMs[bar] = FROM_MS + bar * MINUTE_MS;
    open[bar] = price;
    price *= 1 + (random.next() - 0.5) * 0.002;
    close[bar] = price;
    high[bar] = Math.max(open[bar]!, price) * 1.000_2;
    low[bar] = Math.min(open[bar]!, price) * 0.999_8;
  }
  return { openTimeMs, open, high, low, close, volume: column().fill(1e5) };
}
