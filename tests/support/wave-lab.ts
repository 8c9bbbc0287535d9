import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCandleFile } from '../../main/candle-files/index.ts';
import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import { openCandleStore } from '../../main/engine/venues/candle-store/candle-store.ts';
import { LabCandles } from '../../main/lab/data/lab-candles.ts';
import { openLab } from '../../main/lab/desk/open-lab.ts';
import { MODELS_DIR, PRODUCT_VERSION } from '../../main/product.ts';
import type { LabRun, RunPlan } from '../../preload/lab-contract.ts';
import { LAB_PLAN } from './memory-lab.ts';
import { waitUntil } from './wait-until.ts';

export const BARS = 1_600;
export const BAR_MS = 300_000;
export const FROM_MS = Date.UTC(2024, 0, 1);
export const INSTRUMENT = 'binance:BTC/USDT';
const ML_HOST = fileURLToPath(new URL('../../main/ml/host/main.ts', import.meta.url));

/** A wave that rises, so that averages cross often. */
export function wave(): CandleColumns {
  const close = Float64Array.from({ length: BARS }, (_, bar) => 100 + bar * 0.01 + 5 * Math.sin(bar / 40));
  return {
    openTimeMs: Float64Array.from({ length: BARS }, (_, bar) => FROM_MS + bar * BAR_MS),
    open: close.map((value, bar) => close[bar - 1] ?? value),
    high: close.map((value, bar) => Math.max(value, close[bar - 1] ?? value) + 0.1),
    low: close.map((value, bar) => Math.min(value, close[bar - 1] ?? value) - 0.1),
    close,
    volume: new Float64Array(BARS).fill(1_000),
  };
}

export const MANDATE = {
  notionalQuoteMax: '1000000',
  minProbability: 0.55,
  fromHourUtc: 6,
  toHourUtc: 18,
  validUntilMs: null,
  supposed: 0.6,
};

type Lab = ReturnType<typeof openLab>;

export interface WaveLab {
  readonly lab: Lab;
  readonly dir: string;
  /** The wave as a CSV. */
  readonly file: string;
  /** A run of the SMA cross over that file. */
  readonly ofFile: RunPlan;
  rowOf(runId: string): LabRun;
  runToEnd(plan: RunPlan): Promise<LabRun>;
  /** Another session, on the same folder unless `results` names another one. */
  openAgain(results?: string): Lab;
  close(): Promise<void>;
}

/** A lab in a folder of its own, with the same wave in a file, in the terminal's store and in the lab's own. */
export async function openWaveLab(): Promise<WaveLab> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-lab-'));
  const [file, candleStore] = [join(dir, 'wave.csv'), join(dir, 'candles.db')];
  await writeCandleFile(file, wave());
  const store = openCandleStore(candleStore, { onProblem: () => undefined });
  const { openTimeMs, open, high, low, close, volume } = wave();
  store.put(
    INSTRUMENT,
    '5m',
    [...openTimeMs].map((time, i) => [time, open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!]),
  );
  store.close();
  new LabCandles(join(dir, 'candles')).add('kraken:BTC/EUR', '5m', wave());

  const openAgain = (results = join(dir, 'results')): Lab =>
    openLab({
      start: {
        candleStore,
        perpetualCandleStore: join(dir, 'perpetuals.db'),
        labCandles: join(dir, 'candles'),
        results,
        strategies: join(dir, 'strategies'),
        models: { modelsDirs: [MODELS_DIR, join(dir, 'models')], mlHost: ML_HOST },
        version: PRODUCT_VERSION,
      },
      workerUrl: new URL('../../main/lab/workers/worker.ts', import.meta.url),
      nowMs: () => Date.now(),
    });
  const lab = openAgain();
  const ofFile: RunPlan = { ...LAB_PLAN, sources: [{ kind: 'file', path: file }] };
  const rowOf = (runId: string): LabRun => lab.runs().find(({ id }) => id === runId)!;

  const runToEnd = async (plan: RunPlan): Promise<LabRun> => {
    const started = lab.start(plan);
    if (!started.ok) throw new Error(started.error.text);
    await waitUntil('the run ends', () => rowOf(started.value).endedAtMs !== null, 60_000);
    return rowOf(started.value);
  };

  const closeLab = async (): Promise<void> => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { lab, dir, file, ofFile, rowOf, runToEnd, openAgain, close: closeLab };
}
