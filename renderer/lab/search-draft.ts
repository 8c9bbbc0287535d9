/** The search part of the set-up form's draft: text as typed, turned into a plan or into sentences beside the fields. Pure. */
import type { LabCatalogue, SearchPlan } from '../../preload/lab-contract.ts';
import { TRIALS_MAX } from '../../preload/lab-plan-contract.ts';
import { axisAround } from './axis-draft.ts';
import { numberIn, plain } from './draft-numbers.ts';

type Strategy = LabCatalogue['strategies'][number];
export type Objective = SearchPlan['objectives'][number];

export interface RangeDraft {
  readonly isSearched: boolean;
  readonly from: string;
  readonly to: string;
}

export interface SearchDraft {
  readonly method: SearchPlan['method'];
  /** In the order in which they were chosen: the first decides. */
  readonly objectives: readonly Objective[];
  /** By parameter. */
  readonly ranges: Readonly<Record<string, RangeDraft>>;
  readonly trials: string;
  /** Per cent. */
  readonly holdOut: string;
  readonly prune: boolean;
}

const SEARCHED_AT_FIRST = 2;

/** What a search of this strategy begins with: its first two parameters from half to twice their standard values. */
export function searchFor(strategy: Strategy | undefined): SearchDraft {
  const ranges = (strategy?.params ?? []).map((parameter, at) => {
    const { from, to } = axisAround(parameter);
    return [parameter.name, { isSearched: at < SEARCHED_AT_FIRST, from, to }] as const;
  });
  return {
    method: 'tpe',
    objectives: ['sharpe'],
    ranges: Object.fromEntries(ranges),
    trials: '60',
    holdOut: '20',
    prune: true,
  };
}

/** A draft that would search so again. */
export function searchDraftOf(search: SearchPlan, strategy: Strategy | undefined): SearchDraft {
  const fresh = searchFor(strategy);
  const ranges = Object.entries(fresh.ranges).map(([name, range]) => {
    const asked = search.ranges.find((each) => each.name === name);
    const draft = asked
      ? { isSearched: true, from: plain(asked.from), to: plain(asked.to) }
      : { ...range, isSearched: false };
    return [name, draft] as const;
  });
  return {
    method: search.method,
    objectives: search.objectives,
    ranges: Object.fromEntries(ranges),
    trials: String(search.trials),
    holdOut: plain(search.holdOutShare * 100),
    prune: search.prune,
  };
}

/** The search that a draft stands for; null where something is wrong, which is then among the errors. */
export function searchOf(draft: SearchDraft, strategy: Strategy, errors: Record<string, string>): SearchPlan | null {
  const ranges: SearchPlan['ranges'] = [];
  let isWrong = false;
  const wrong = (field: string, text: string): void => {
    errors[`search.${field}`] = text;
    isWrong = true;
  };
  for (const parameter of strategy.params) {
    const range = draft.ranges[parameter.name];
    if (!range?.isSearched) continue;
    const [from, to] = [numberIn(range.from, parameter), numberIn(range.to, parameter)];
    if (typeof from === 'string') wrong(parameter.name, from);
    else if (typeof to === 'string') wrong(parameter.name, to);
    else if (from >= to) wrong(parameter.name, 'From below to.');
    else ranges.push({ name: parameter.name, from, to });
  }
  if (!isWrong && ranges.length === 0) wrong('ranges', 'Which parameters?');
  const trials = numberIn(draft.trials, { least: 2, most: TRIALS_MAX, whole: true });
  if (typeof trials === 'string') wrong('trials', trials);
  const holdOut = numberIn(draft.holdOut, { least: 0, most: 50, whole: false });
  if (typeof holdOut === 'string') wrong('holdOut', holdOut);
  if (isWrong || typeof trials === 'string' || typeof holdOut === 'string') return null;
  const { method, objectives, prune } = draft;
  return {
    method,
    objectives: [...objectives],
    ranges,
    trials,
    holdOutShare: Number((holdOut / 100).toPrecision(6)),
    prune,
  };
}
