import { openDataFolder } from '../data-folder.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import { bestRun } from '../lab/experiments/best-run.ts';
import { abTest, compareRuns, type FigureRow } from '../lab/experiments/compare.ts';
import type { Experiment } from '../lab/experiments/experiment.ts';
import { ExperimentStore, familyOf } from '../lab/experiments/experiment-store.ts';
import { exportToMlflow } from '../lab/experiments/mlflow.ts';
import { badInput, done, failed, type Outcome, textTable } from './output.ts';

/** Compared beside each other at most. */
const COMPARED_MAX = 8;
/** Of the draws that tell A from B: the same question has the same answer. */
const AB_SEED = 1;

/** Does something with the store of this data folder, and closes it. */
async function withStore(
  dataDir: string | undefined,
  use: (store: ExperimentStore) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const store = new ExperimentStore(openDataFolder(dataDir).results, systemClock.nowMs);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

function withRuns(
  store: ExperimentStore,
  ids: readonly string[],
  use: (runs: readonly Experiment[]) => Outcome | Promise<Outcome>,
): Outcome | Promise<Outcome> {
  const runs: Experiment[] = [];
  for (const id of ids) {
    const found = store.find(id);
    if (!found.ok) return badInput(found.error.message);
    runs.push(found.value);
  }
  return use(runs);
}

const fixed = (value: number | null | undefined, places = 2): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(places);
const shown = (value: number | string | null): string => (typeof value === 'number' ? fixed(value) : (value ?? '–'));
const instrumentsOf = ({ inputs: { data } }: Experiment): string => data.map(({ instrument }) => instrument).join(' ');

/** `experiments list`: newest first. */
export function experimentsList(options: { strategy?: string; tag?: string; dataDir?: string }): Promise<Outcome> {
  return withStore(options.dataDir, (store) => {
    const runs = store.list().filter(({ inputs, tags }) => {
      const isWanted = options.strategy === undefined || inputs.strategy === options.strategy;
      return isWanted && (options.tag === undefined || tags.includes(options.tag));
    });
    const header = ['id', 'run', 'strategy', 'on', 'return %', 'Sharpe', 'drawdown %', 'trades', 'tags', ''];
    const lines = runs.map((run) => [
      run.id,
      new Date(run.createdMs).toISOString().slice(0, 16).replace('T', ' '),
      run.inputs.strategy,
      `${instrumentsOf(run)} ${run.inputs.data[0]?.timeframe ?? ''}`,
      fixed(run.statistics?.returnPct),
      fixed(run.statistics?.daily.sharpe),
      fixed(run.statistics?.maxDrawdownPct),
      String(run.statistics?.trades ?? '–'),
      run.tags.join(' '),
      run.status === 'failed' ? `failed: ${run.why}` : run.note,
    ]);
    return done({ experiments: runs }, runs.length === 0 ? 'no experiments yet' : textTable([header, ...lines]));
  });
}

/** `experiments show ID`: what was run, what it came to, and where its files are. */
export function experimentsShow(id: string, options: { dataDir?: string }): Promise<Outcome> {
  return withStore(options.dataDir, (store) =>
    withRuns(store, [id], ([run]) => {
      const experiment = run!;
      const folder = store.folderOf(experiment);
      const trials = store.trials(familyOf(experiment.inputs)).length;
      const { strategy, params, seed, build } = experiment.inputs;
      const said = Object.entries(params).map(([name, value]) => `${name}=${value}`);
      const figures = compareRuns([experiment]).figures.map(
        ({ name, values }) => `${name}: ${shown(values[0] ?? null)}`,
      );
      const text = [
        `${experiment.id}  ${strategy} ${said.join(' ')} on ${instrumentsOf(experiment)}`,
        experiment.status === 'failed' ? `failed: ${experiment.why}` : figures.join(', '),
        experiment.verdict,
        `seed ${seed}, build ${build}, ${trials} tries of this strategy on this data so far`,
        [experiment.tags.join(' '), experiment.note].filter(Boolean).join(': '),
        folder,
      ];
      return done({ ...experiment, folder, trials }, text.filter(Boolean).join('\n'));
    }),
  );
}

/** `experiments compare A B …`: figures beside each other, what differs, and of two whether one did better. */
export function experimentsCompare(ids: readonly string[], options: { dataDir?: string }): Promise<Outcome> {
  if (ids.length < 2 || ids.length > COMPARED_MAX)
    return Promise.resolve(badInput(`from 2 to ${COMPARED_MAX} experiments are compared, not ${ids.length}`));
  return withStore(options.dataDir, (store) =>
    withRuns(store, ids, (runs) => {
      const { figures, differences } = compareRuns(runs);
      const [a, b] = runs as [Experiment, Experiment];
      const ab = runs.length === 2 ? abTest(store.returnsOf(a.id), store.returnsOf(b.id), AB_SEED) : null;
      const lines = (rows: readonly FigureRow[]) => rows.map(({ name, values }) => [name, ...values.map(shown)]);
      const table = textTable([['', ...runs.map((run) => run.id)], ...lines(figures), ...lines(differences)]);
      const of = ab === null ? '' : `\nA is ${a.id}, B is ${b.id}: ${ab.verdict}${intervalText(ab)}`;
      return done({ experiments: runs.map((run) => run.id), figures, differences, ab }, `${table}${of}`);
    }),
  );
}

const intervalText = ({ days, low, high, meanDifference }: ReturnType<typeof abTest>): string =>
  Number.isNaN(low)
    ? ''
    : `; a day ${(1e4 * meanDifference).toFixed(2)} bps more (95 %: ${(1e4 * low).toFixed(2)} to ${(1e4 * high).toFixed(2)}) over ${days} days`;

/** `experiments tag ID NAMES…`: a name that begins with - is taken off. */
export function experimentsTag(id: string, names: readonly string[], options: { dataDir?: string }): Promise<Outcome> {
  const wrong = names.find((name) => !/^-?[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u.test(name));
  if (wrong !== undefined)
    return Promise.resolve(badInput(`${wrong} is no tag: letters, digits, dots and dashes, up to forty`));
  return withStore(options.dataDir, (store) =>
    withRuns(store, [id], ([run]) => {
      for (const name of names) store.setTag(run!.id, name.replace(/^-/, ''), !name.startsWith('-'));
      const found = store.find(run!.id);
      const tags = found.ok ? found.value.tags : [];
      return done({ id: run!.id, tags }, `${run!.id}: ${tags.join(' ') || 'no tags'}`);
    }),
  );
}

/** `experiments note ID TEXT`: in place of the one before. */
export function experimentsNote(id: string, text: string, options: { dataDir?: string }): Promise<Outcome> {
  return withStore(options.dataDir, (store) =>
    withRuns(store, [id], ([run]) => {
      store.setNote(run!.id, text);
      return done({ id: run!.id, note: text }, `${run!.id}: ${text || 'no note'}`);
    }),
  );
}

/** `experiments best`: by one stated rule. */
export function experimentsBest(options: {
  minTrades: number;
  maxDrawdown: number;
  strategy?: string;
  dataDir?: string;
}): Promise<Outcome> {
  return withStore(options.dataDir, (store) => {
    const { minTrades, maxDrawdown, strategy = null } = options;
    const { rule, candidates, verdict } = bestRun(store, {
      tradesMin: minTrades,
      drawdownPctMax: maxDrawdown,
      strategy,
    });
    const ranked = candidates.map(({ experiment, odds, trials }) => ({
      id: experiment.id,
      strategy: experiment.inputs.strategy,
      odds,
      trials,
      sharpe: experiment.statistics!.daily.sharpe,
      returnPct: experiment.statistics!.returnPct,
    }));
    const lines = ranked
      .slice(0, 10)
      .map((run) => [
        run.id,
        run.strategy,
        `${fixed(100 * run.odds, 1)} %`,
        String(run.trials),
        fixed(run.sharpe),
        fixed(run.returnPct),
      ]);
    const table = textTable([['id', 'strategy', 'beyond luck', 'tries', 'Sharpe', 'return %'], ...lines]);
    const text = [`Rule: ${rule}.`, ...(ranked.length > 0 ? [table] : []), verdict].join('\n');
    return done({ rule, best: ranked[0]?.id ?? null, candidates: ranked, verdict }, text);
  });
}

/** `experiments export IDS… --mlflow URL`: to a tracking server. */
export function experimentsExport(
  ids: readonly string[],
  options: { mlflow: string; experiment: string; dataDir?: string },
): Promise<Outcome> {
  const url = URL.parse(options.mlflow);
  if (url === null || !/^https?:$/.test(url.protocol))
    return Promise.resolve(
      badInput(`--mlflow ${options.mlflow} is no address of a server, such as http://127.0.0.1:5000`),
    );
  return withStore(options.dataDir, (store) =>
    withRuns(store, ids, async (runs) => {
      const token = process.env['MLFLOW_TRACKING_TOKEN'];
      const target = { url: options.mlflow, experiment: options.experiment, ...(token !== undefined && { token }) };
      const sent: object[] = [];
      for (const run of runs) {
        const result = await exportToMlflow(target, run, store.folderOf(run));
        if (!result.ok) return failed({ ok: false, sent, error: result.error.message }, result.error.message);
        sent.push({ id: run.id, ...result.value });
      }
      return done(
        { ok: true, sent },
        `${sent.length} experiments are at ${options.mlflow} under “${options.experiment}”`,
      );
    }),
  );
}
