import { openDataFolder } from '../data-folder.ts';
import { ok, type Result } from '../engine/domain/result.ts';
import { systemClock } from '../engine/kernel/clock.ts';
import type { BarRun } from '../lab/backtest/bar-run.ts';
import type { DayReturns } from '../lab/experiments/day-returns.ts';
import { buildId, experimentId } from '../lab/experiments/experiment-id.ts';
import { ExperimentStore, familyOf, type StoreError } from '../lab/experiments/experiment-store.ts';
import { keepRun } from '../lab/experiments/keep-run.ts';
import { type NamedPlan, planInputs } from '../lab/experiments/plan-inputs.ts';
import { PRODUCT_VERSION } from '../product.ts';

/** Of the judging: the same run has the same verdict. */
const SEED = 1;

type Asked = Omit<NamedPlan, 'seed' | 'build'>;

export interface StoredRun {
  readonly id: string;
  readonly folder: string;
  /** The same run was there already. */
  readonly isKnown: boolean;
  /** One sentence. */
  readonly verdict: string;
}

const namedPlan = (asked: Asked): NamedPlan => ({ ...asked, seed: SEED, build: buildId(PRODUCT_VERSION) });

function withStore<T>(dataDir: string | undefined, use: (store: ExperimentStore) => T): T {
  const store = new ExperimentStore(openDataFolder(dataDir).results, systemClock.nowMs);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** Judges a run and keeps it among the experiments of the data folder. */
export function storeRun(asked: Asked, run: BarRun, dataDir: string | undefined): Result<StoredRun, StoreError> {
  return withStore(dataDir, (store) => {
    let told = -1;
    const kept = keepRun(store, namedPlan(asked), run, (done, total) => {
      if (done !== told) process.stderr.write(`judging: ${done} of ${total} parts\n`);
      told = done;
    });
    if (!kept.ok) return kept;
    const { experiment, isKnown } = kept.value;
    const verdict = isKnown ? 'This very run was there already, and came to the same.' : experiment.verdict;
    return ok({ id: experiment.id, folder: store.folderOf(experiment), isKnown, verdict });
  });
}

/** Keeps a run that came to nothing, with the sentence that says why. */
export function storeFailure(asked: Asked, why: string, dataDir: string | undefined): void {
  withStore(dataDir, (store) => store.recordFailure(planInputs(namedPlan(asked)), why));
}

/** The tries of a search in the store, while it goes on. */
export interface TrialBook {
  /** Every try of the same strategy on the same instruments that is not one of these settings, from this search or another. */
  others(settings: readonly Readonly<Record<string, number>>[]): readonly DayReturns[];
  count(params: Readonly<Record<string, number>>, returns: DayReturns): void;
  close(): void;
}

/** @param asked with the parameters that all tries have. @param search what it is called in the store */
export function openTrialBook(asked: Asked, search: string, dataDir: string | undefined): TrialBook {
  const store = new ExperimentStore(openDataFolder(dataDir).results, systemClock.nowMs);
  const inputs = planInputs(namedPlan(asked));
  const withParams = (params: Readonly<Record<string, number>>) => ({
    ...inputs,
    params: { ...inputs.params, ...params },
  });
  return {
    others(settings) {
      const own = new Set(settings.map((setting) => experimentId(withParams(setting))));
      return store
        .trials(familyOf(inputs))
        .filter(({ id }) => !own.has(id))
        .map(({ returns }) => returns);
    },
    count: (params, returns) => store.recordTrials(search, [{ inputs: withParams(params), returns }]),
    close: () => store.close(),
  };
}
