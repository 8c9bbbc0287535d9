import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import type { Experiment } from './experiment.ts';

const HEADER = [
  'id',
  'created',
  'strategy',
  'timeframe',
  'instruments',
  'from',
  'to',
  'status',
  'return_pct',
  'sharpe',
  'max_drawdown_pct',
  'trades',
  'verdict',
  'params',
  'seed',
  'build',
  'tags',
  'note',
  'folder',
];

const cell = (value: string | number | null): string => {
  const text = value === null || Number.isNaN(value) ? '' : String(value);
  // A spreadsheet takes a cell that begins so for a formula.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const dateOf = (timeMs: number): string => new Date(timeMs).toISOString();

/** `experiments.csv`: a line a run, oldest first. */
export function masterList(experiments: readonly Experiment[]): string {
  const lines = [...experiments]
    .reverse()
    .map(({ id, createdMs, status, inputs, statistics, verdict, tags, note, folder }) => {
      const { strategy, params, data, seed, build } = inputs;
      const period = [
        Math.min(...data.map(({ fromMs }) => fromMs)),
        Math.max(...data.map(({ toMs }) => toMs)),
      ] as const;
      return [
        id,
        dateOf(createdMs),
        strategy,
        data[0]?.timeframe ?? '',
        data.map(({ instrument }) => instrument).join(' '),
        data.length === 0 ? '' : dateOf(period[0]),
        data.length === 0 ? '' : dateOf(period[1]),
        status,
        statistics?.returnPct ?? null,
        statistics?.daily.sharpe ?? null,
        statistics?.maxDrawdownPct ?? null,
        statistics?.trades ?? null,
        verdict,
        Object.entries(params)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
        seed,
        build,
        tags.join(' '),
        note,
        folder,
      ];
    });
  return `${[HEADER, ...lines].map((line) => line.map(cell).join(',')).join('\n')}\n`;
}

/** Replaces a file whole: whoever reads it reads the old one or the new one. @throws where it cannot be written */
export function replaceFile(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}-${threadId}.part`;
  const file = openSync(unfinished, 'w');
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
}
