import type { SearchLog } from '../../search/search-log.ts';
import type { Trial } from '../../search/trial.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { JudgedSet } from '../datasets/data-set-file.ts';
import { type DailyReturns, daysOf, shareDays } from '../judgement/daily-returns.ts';
import type { Protocol } from '../judgement/judge.ts';
import type { Subject } from '../judgement/out-of-fold.ts';
import type { Tried } from '../judgement/selection.ts';
import { holdOut } from './held-out.ts';
import { searchSettings } from './search-settings.ts';
import { settingText, type TrialBook } from './trial-book.ts';
import type { TriedSetting, TryPlan } from './try-setting.ts';

export interface Choice {
  readonly hyperParameters: Readonly<Record<string, number>>;
  /** How it is to be judged, and what is to be held against it. */
  readonly protocol: Protocol;
  readonly tried: Tried;
}

export interface ChoiceSearch {
  readonly trials: number;
  readonly budgetMs: number | null;
  readonly log: SearchLog<TriedSetting>;
  /** Null where nobody else asks this question. */
  readonly book: TrialBook | null;
  readonly onTrial?: (trial: Trial<TriedSetting>) => void;
}

/**
 * Chooses a family's settings by the first three quarters of the questions. What is chosen is judged on the rest, and all that was tried
 * is held against it, in this search and in others that asked the same.
 * @throws as `searchSettings`; RangeError for too few samples
 */
export async function chooseSettings(
  subject: Subject,
  judged: JudgedSet,
  plan: Omit<TryPlan, 'set' | 'moves'>,
  { book, onTrial, ...search }: ChoiceSearch,
): Promise<Choice> {
  const { searched, protocol } = holdOut(judged);
  const { name: featureSet } = judged.set.matrix.set;
  const textOf = ({ setting }: Pick<Trial<TriedSetting>, 'setting'>): string =>
    textOfSetting({ ...subject, hyperParameters: { ...subject.hyperParameters, ...setting } }, featureSet);
  const { trials, best, hyperParameters } = await searchSettings(
    subject,
    { ...plan, ...searched },
    {
      ...search,
      onTrial(trial) {
        if (trial.evaluation) book?.add(textOf(trial), trial.evaluation.daily);
        onTrial?.(trial);
      },
    },
  );
  const own = trials.flatMap((trial) => (trial !== best && trial.evaluation ? [trial.evaluation.daily] : []));
  const others = [...own, ...sameDays(book?.othersThan(trials.map(textOf)) ?? [], judged.set)];
  return { hyperParameters, protocol, tried: { others, chosenBy: best.evaluation!.daily } };
}

/** What others have tried on the question of a plain training, on any of its days. */
export const triedBefore = (subject: Subject, set: DataSet, book: TrialBook | null): Tried => ({
  others: sameDays(book?.othersThan([textOfSetting(subject, set.matrix.set.name)]) ?? [], set),
  chosenBy: null,
});

/** Writes a plain training into the book. */
export const countTraining = (
  subject: Omit<Subject, 'task'>,
  featureSet: string,
  daily: DailyReturns,
  book: TrialBook | null,
): void => book?.add(textOfSetting(subject, featureSet), daily);

const sameDays = (others: readonly DailyReturns[], set: DataSet): readonly DailyReturns[] =>
  others.filter((each) => shareDays(each, daysOf(set)));

/** Standard values and those that were given are the same. */
function textOfSetting({ family, hyperParameters, seed }: Omit<Subject, 'task'>, featureSet: string): string {
  const all = family.hyperParameters.parse(hyperParameters) as Record<string, number>;
  return settingText(family.name, featureSet, all, seed);
}
