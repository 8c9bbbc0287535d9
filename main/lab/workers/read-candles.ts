import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { CandleSource, CandleSpan } from '../../../preload/lab-contract.ts';
import { readCandleFile, sliceWindow } from '../../candle-files/index.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import { isPerpetual } from '../../engine/domain/instrument.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { openCandleStore } from '../../engine/venues/candle-store/candle-store.ts';
import { columnsOf } from '../data/candle-column-file.ts';
import type { LabCandles } from '../data/lab-candles.ts';

/** After every time a store knows. */
const END_MS = Date.UTC(9999, 0);

/** Why there is nothing to run over, in one sentence. */
export interface NoCandles {
  readonly kind: 'no-candles';
  readonly text: string;
}

export interface CandleReader {
  /** Candles that open in `[fromMs, toMs)`, oldest first; a file is read and checked whole. */
  read(source: CandleSource, fromMs: number | null, toMs: number | null): Promise<Result<CandleColumns, NoCandles>>;
}

type Stored = Extract<CandleSource, { kind: 'stored' }>;

const none = (text: string): Result<never, NoCandles> => fail({ kind: 'no-candles', text });

/** The terminal's stores, which are opened to read alone. */
export interface CandleStores {
  readonly candleStore: string;
  readonly perpetualCandleStore: string;
}

/** @param labCandles what was downloaded or imported */
export function createCandleReader(stores: CandleStores, labCandles: LabCandles): CandleReader {
  /** The file that was read last: charts ask for parts of it again and again. */
  let last: { readonly version: string; readonly columns: CandleColumns } | null = null;

  async function ofFile(path: string): Promise<Result<CandleColumns, NoCandles>> {
    const version = versionOf(path);
    if (last && last.version === version) return ok(last.columns);
    const file = await readCandleFile(path);
    if (!file.ok) return none(file.error.message);
    last = { version, columns: file.value.columns };
    return ok(last.columns);
  }

  function ofStore(source: Extract<CandleSource, { kind: 'instrument' }>, fromMs: number, toMs: number): CandleColumns {
    const path = isPerpetual(source.instrumentId) ? stores.perpetualCandleStore : stores.candleStore;
    const store = openCandleStore(path, { readOnly: true, onProblem: () => undefined });
    try {
      return store.read(source.instrumentId, source.timeframe, fromMs, toMs);
    } finally {
      store.close();
    }
  }

  function ofLab({ instrumentId, timeframe }: Stored): Result<CandleColumns, NoCandles> {
    const loaded = labCandles.load(instrumentId, timeframe);
    return loaded.ok ? ok(columnsOf(loaded.value)) : none(loaded.error.message);
  }

  return {
    async read(source, fromMs, toMs) {
      const window = { fromMs: fromMs ?? 0, toMs: toMs ?? END_MS };
      if (source.kind === 'ticks') return none('Depth and trades are no candles.');
      if (source.kind === 'named') return none(`Of ${source.name || 'these candles'} only the name is known here.`);
      if (source.kind === 'instrument') return ok(ofStore(source, window.fromMs, window.toMs));
      const columns = source.kind === 'stored' ? ofLab(source) : await ofFile(source.path);
      return columns.ok ? ok(sliceWindow(columns.value, window)) : columns;
    },
  };
}

/** Changes when the file does. */
function versionOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return `${path} ${found?.size} ${found?.mtimeMs}`;
}

/** `BTC/USDT 1h`, `BTC/USDT PERP 1h`, or the file's name. */
export function sourceName(source: CandleSource): string {
  if (source.kind === 'file') return basename(source.path);
  if (source.kind === 'ticks') return source.paths.map((path) => basename(path)).join(' + ');
  if (source.kind === 'named') return source.name;
  const symbol = source.instrumentId.slice(source.instrumentId.indexOf(':') + 1);
  return `${symbol.replace(/:.*$/, ' PERP')} ${source.timeframe}`;
}

/** What a run calls an instrument whose candles come from there: its id, or the file's name without its ending. */
export function instrumentName(source: CandleSource): string {
  if (source.kind === 'file') return basename(source.path).replace(/\.(csv|csv\.gz|parquet)$/i, '');
  if (source.kind === 'ticks') return sourceName(source);
  return source.kind === 'named' ? source.name : source.instrumentId;
}

/** What there is; fewer than two candles are none. */
export function spanOf({ openTimeMs }: CandleColumns, name: string): Result<CandleSpan, NoCandles> {
  const bars = openTimeMs.length;
  if (bars < 2) return none(`${name}: there ${bars === 0 ? 'are no candles' : 'is one candle only'} in that time.`);
  const barMs = stepOf(openTimeMs);
  const [fromMs, toMs] = [openTimeMs[0]!, openTimeMs[bars - 1]!];
  return ok({ bars, fromMs, toMs, barMs, missingBars: Math.max(0, Math.round((toMs - fromMs) / barMs) + 1 - bars) });
}

/** The shortest step between neighbours. */
function stepOf(openTimeMs: Float64Array): number {
  let step = Number.POSITIVE_INFINITY;
  for (let bar = 1; bar < openTimeMs.length; bar += 1) step = Math.min(step, openTimeMs[bar]! - openTimeMs[bar - 1]!);
  return step;
}
