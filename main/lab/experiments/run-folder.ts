import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { stringify } from 'yaml';
import type { BarRun } from '../backtest/bar-run.ts';
import type { Experiment, ExperimentResult, ValidationPredictions } from './experiment.ts';

/** `config.yaml`: what was run, to be read by people. */
function configYaml({ id, inputs }: Experiment): string {
  const { strategy, params, settings, data, seed, build } = inputs;
  const used = data.map(({ instrument, timeframe, rows, fromMs, toMs, sha256 }) => ({
    instrument,
    timeframe,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    candles: rows,
    sha256,
  }));
  return `# Experiment ${id}\n${stringify({ strategy, params, settings, data: used, seed, build })}`;
}

/** Numbers that JSON cannot hold become null. */
function metricsJson(experiment: Experiment, result: ExperimentResult | null): string {
  const { id, createdMs, status, why, inputs, statistics, verdict, resultHash } = experiment;
  const { judgement = {}, breakdown = {} } = result ?? {};
  const created = new Date(createdMs).toISOString();
  return `${JSON.stringify({ id, created, status, why, verdict, statistics, breakdown, judgement, resultHash, inputs }, null, 2)}\n`;
}

type Column = { readonly name: string; readonly data: Float64Array | Int32Array | string[] | BigInt64Array };

function parquet(columns: readonly Column[]): Uint8Array {
  const types = (data: Column['data']) => {
    if (data instanceof Float64Array) return 'DOUBLE' as const;
    if (data instanceof Int32Array) return 'INT32' as const;
    return data instanceof BigInt64Array ? ('INT64' as const) : ('STRING' as const);
  };
  return new Uint8Array(
    parquetWriteBuffer({ columnData: columns.map(({ name, data }) => ({ name, data, type: types(data) })) }),
  );
}

function timeColumn(timesMs: ArrayLike<number>): BigInt64Array {
  const column = new BigInt64Array(timesMs.length);
  for (let at = 0; at < column.length; at += 1) column[at] = BigInt(timesMs[at]!);
  return column;
}

function tradesParquet({ trades, openTimeMs }: BarRun): Uint8Array {
  const numbers = (pick: (trade: BarRun['trades'][number]) => number): Float64Array => Float64Array.from(trades, pick);
  const bars = (pick: (trade: BarRun['trades'][number]) => number): Int32Array => Int32Array.from(trades, pick);
  return parquet([
    { name: 'entry_time_ms', data: timeColumn(trades.map(({ entryBar }) => openTimeMs[entryBar]!)) },
    { name: 'exit_time_ms', data: timeColumn(trades.map(({ exitBar }) => openTimeMs[exitBar]!)) },
    { name: 'entry_bar', data: bars(({ entryBar }) => entryBar) },
    { name: 'exit_bar', data: bars(({ exitBar }) => exitBar) },
    { name: 'instrument', data: bars(({ instrument }) => instrument) },
    { name: 'side', data: trades.map(({ side }) => side) },
    { name: 'qty', data: numbers(({ qty }) => qty) },
    { name: 'entry_price', data: numbers(({ entryPrice }) => entryPrice) },
    { name: 'exit_price', data: numbers(({ exitPrice }) => exitPrice) },
    { name: 'fees', data: numbers(({ fees }) => fees) },
    { name: 'pnl', data: numbers(({ pnl }) => pnl) },
    { name: 'exit_reason', data: trades.map(({ reason }) => reason) },
  ]);
}

const predictionsParquet = ({ timeMs, probability, outcome }: ValidationPredictions): Uint8Array =>
  parquet([
    { name: 'timestamp_ms', data: timeColumn(timeMs) },
    { name: 'probability', data: probability },
    { name: 'outcome', data: outcome },
  ]);

/** Writes the files of a run into a folder that is there. @throws where one cannot be written */
export function writeRunFolder(dir: string, experiment: Experiment, result: ExperimentResult | null): void {
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(dir, name), content);
  write('config.yaml', configYaml(experiment));
  write('metrics.json', metricsJson(experiment, result));
  if (result === null) return;
  const { run, predictions, report, screens = {} } = result;
  write('trades.parquet', tradesParquet(run));
  write(
    'equity.parquet',
    parquet([
      { name: 'timestamp_ms', data: timeColumn(run.openTimeMs) },
      { name: 'equity', data: run.equityQuote },
    ]),
  );
  if (predictions) write('validation_predictions.parquet', predictionsParquet(predictions));
  if (report !== undefined) write('report.html', report);
  for (const [name, content] of Object.entries(screens)) write(name, content);
}
