import { runSearch } from '../../search/run-search.ts';
import type { SearchLog } from '../../search/search-log.ts';
import type { Range, Space } from '../../search/space.ts';
import { tpeProposer } from '../../search/tpe.ts';
import type { Trial } from '../../search/trial.ts';
import type { Family } from '../families/family.ts';
import type { Subject } from '../judgement/out-of-fold.ts';
import { settingsOf } from '../settings.ts';
import { createTrier, type TriedSetting, type TryPlan } from './try-setting.ts';

export interface SettingsSearch {
  readonly trials: number;
  /** Time that trying may take, that of earlier sittings counted; null for as long as it takes. */
  readonly budgetMs: number | null;
  readonly log: SearchLog<TriedSetting>;
  /** As each trial ends. */
  readonly onTrial?: (trial: Trial<TriedSetting>) => void;
}

export interface FoundSettings {
  /** In the order in which they were begun. */
  readonly trials: readonly Trial<TriedSetting>[];
  readonly best: Trial<TriedSetting>;
  /** All settings of the family that are not standard, the best ones among them. */
  readonly hyperParameters: Readonly<Record<string, number>>;
}

/** Where a family's settings are searched. @throws RangeError for a family that has none to search */
export function spaceOfFamily(family: Family): Space {
  const ranges = settingsOf(family.hyperParameters).flatMap(({ name, searched, whole, logarithmic }): Range[] =>
    searched ? [{ name, ...searched, whole, logarithmic }] : [],
  );
  if (ranges.length === 0) throw new RangeError(`${family.title} has no settings to search`);
  return { ranges, fits: () => true };
}

const gainOf = ({ gain }: TriedSetting): number => (Number.isNaN(gain) ? Number.NEGATIVE_INFINITY : gain);

function bestFirst(past: readonly Trial<TriedSetting>[], most: number): readonly Trial<TriedSetting>[] {
  return past
    .filter(({ state }) => state === 'done')
    .toSorted((a, b) => gainOf(b.evaluation!) - gainOf(a.evaluation!) || a.number - b.number)
    .slice(0, most);
}

/**
 * Looks for good settings of a family, one at a time, by a tree-structured Parzen estimator; what is behind the median of the others
 * after one fold or two of four is given up. The same samples and seed find the same, also when it was broken off and gone on with.
 *
 * @throws Error where no trial came to its end, the signal's reason once it is aborted
 */
export async function searchSettings(subject: Subject, plan: TryPlan, search: SettingsSearch): Promise<FoundSettings> {
  const { log, budgetMs, trials: wanted } = search;
  const space = spaceOfFamily(subject.family);
  const spentMs = log.earlier.reduce((sum, { evaluation }) => sum + (evaluation?.tookMs ?? 0), 0);
  const leftMs = budgetMs === null ? null : budgetMs - spentMs;
  const budget = createBudget(leftMs, log.earlier.some(isDone), plan.nowMs);
  const signal = plan.signal ? AbortSignal.any([plan.signal, budget.signal]) : budget.signal;
  try {
    const { trials, best } = await runSearch<TriedSetting>({
      proposer: tpeProposer(space, subject.seed, bestFirst),
      evaluate: createTrier(subject, { ...plan, signal }),
      goodness: gainOf,
      trials: wanted,
      together: 1,
      atOnce: 1,
      prune: true,
      earlier: log.earlier,
      recordTrial(trial) {
        log.append(trial);
        budget.ended(trial);
        search.onTrial?.(trial);
      },
      signal,
    });
    plan.signal?.throwIfAborted();
    if (best === null)
      throw new Error(`no setting could be tried: ${trials.find(({ why }) => why !== '')?.why ?? 'none was left'}`);
    return { trials, best, hyperParameters: { ...subject.hyperParameters, ...best.setting } };
  } finally {
    budget.end();
  }
}

const isDone = ({ state }: Trial<TriedSetting>): boolean => state === 'done';

/** A timer may come a little before its time by another clock. */
const TIMER_EARLY_MS = 5;

/** Ends the search when its time is over, yet not before there is one setting to choose: looked at as trials end, and by a timer within them. */
function createBudget(leftMs: number | null, hasAny: boolean, nowMs: () => number) {
  const over = new AbortController();
  const endMs = leftMs === null ? Number.POSITIVE_INFINITY : nowMs() + leftMs;
  let isReady = hasAny;
  const look = (): void => {
    if (isReady && nowMs() >= endMs) over.abort(new Error('the time of the search is over'));
  };
  look();
  const timer = leftMs === null ? null : setTimeout(look, Math.max(0, leftMs) + TIMER_EARLY_MS);
  return {
    signal: over.signal,
    ended(trial: Trial<TriedSetting>): void {
      isReady ||= isDone(trial);
      look();
    },
    end: (): void => void (timer && clearTimeout(timer)),
  };
}
