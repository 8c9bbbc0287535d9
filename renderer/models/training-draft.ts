/** The set-up form's draft: text as typed, turned into a plan or into a sentence beside each field that is wrong. Pure. */
import {
  type DataPlan,
  MODEL_TRIALS_MAX,
  type ModelsCatalogue,
  SEARCH_MINUTES_MAX,
  type TrainingPlan,
} from '../../preload/models-contract.ts';
import { spanOfDays } from '../lab/draft-days.ts';
import { numberIn, plain } from '../lab/draft-numbers.ts';

type Timeframe = DataPlan['timeframe'];
type QuestionKind = DataPlan['question']['kind'];
export type Parameter = ModelsCatalogue['questions'][number]['params'][number];

export interface TrainingDraft {
  readonly from: 'instrument' | 'stored' | 'file';
  readonly instrumentIds: readonly string[];
  /** Of what was downloaded or imported. */
  readonly storedIds: readonly string[];
  readonly path: string;
  readonly timeframe: Timeframe;
  readonly featureSet: string;
  readonly question: QuestionKind;
  /** By setting. */
  readonly questionParams: Readonly<Record<string, string>>;
  readonly family: string;
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly seed: string;
  /** Days in UTC, both included: `2026-01-31`. Empty: as far as there are candles. */
  readonly fromDay: string;
  readonly toDay: string;
  /** One setting as it stands, or the best of many. */
  readonly mode: 'one' | 'search';
  readonly trials: string;
  /** Empty: for as long as it takes. */
  readonly minutes: string;
}

/** Errors by field: `path`, `instrumentIds`, `storedIds`, `question.horizonBars`, `family.trees`, `family`, `seed`, `fromDay`, `toDay`, `trials`, `minutes`. */
export type DraftErrors = Readonly<Record<string, string>>;

export const standards = (params: readonly Parameter[]): Record<string, string> =>
  Object.fromEntries(params.map(({ name, standard }) => [name, plain(standard)]));

export function draftFor({ families, questions, featureSets }: ModelsCatalogue, instrumentId: string): TrainingDraft {
  const [family, question] = [families[0], questions[0]];
  return {
    from: 'instrument',
    instrumentIds: instrumentId === '' ? [] : [instrumentId],
    storedIds: [],
    path: '',
    timeframe: '1h',
    featureSet: featureSets[0]?.name ?? '',
    question: question?.kind ?? 'direction',
    questionParams: standards(question?.params ?? []),
    family: family?.name ?? '',
    hyperParameters: standards(family?.params ?? []),
    seed: '1',
    fromDay: '',
    toDay: '',
    mode: 'one',
    trials: '30',
    minutes: '30',
  };
}

/** What was downloaded or imported of the draft's timeframe. */
export const storedFor = (catalogue: ModelsCatalogue, { timeframe }: Pick<TrainingDraft, 'timeframe'>): string[] =>
  catalogue.stored.flatMap((row) => (row.timeframe === timeframe ? [row.instrumentId] : []));

/** The families that answer the draft's question. */
export function familiesFor({ families, questions }: ModelsCatalogue, kind: QuestionKind): ModelsCatalogue['families'] {
  const task = questions.find((each) => each.kind === kind)?.task;
  return families.filter(({ tasks }) => task !== undefined && tasks.includes(task));
}

export function withQuestion(draft: TrainingDraft, catalogue: ModelsCatalogue, kind: QuestionKind): TrainingDraft {
  const question = catalogue.questions.find((each) => each.kind === kind);
  const next = { ...draft, question: kind, questionParams: standards(question?.params ?? []) };
  const able = familiesFor(catalogue, kind);
  return able.some(({ name }) => name === draft.family) ? next : withFamily(next, catalogue, able[0]?.name ?? '');
}

export function withFamily(draft: TrainingDraft, catalogue: ModelsCatalogue, name: string): TrainingDraft {
  const family = catalogue.families.find((each) => each.name === name);
  return { ...draft, family: name, hyperParameters: standards(family?.params ?? []) };
}

export type Planned<T> = { readonly ok: true; readonly plan: T } | { readonly ok: false; readonly errors: DraftErrors };

/** The data set a draft stands for, or what is wrong with it. */
export function dataPlanOf(draft: TrainingDraft, catalogue: ModelsCatalogue): Planned<DataPlan> {
  const errors: Record<string, string> = {};
  if (draft.from === 'file' && draft.path.trim() === '') errors.path = 'Which file? Its path on this machine.';
  if (draft.from === 'instrument' && draft.instrumentIds.length === 0) errors.instrumentIds = 'Which instruments?';
  const storedIds = storedFor(catalogue, draft).filter((id) => draft.storedIds.includes(id));
  if (draft.from === 'stored' && storedIds.length === 0) errors.storedIds = 'Which of the downloaded ones?';
  const question = catalogue.questions.find(({ kind }) => kind === draft.question);
  const params = numbersOf('question', question?.params ?? [], draft.questionParams, errors);
  const span = spanOfDays(draft, errors);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const sources: Record<TrainingDraft['from'], DataPlan['sources']> = {
    file: [{ kind: 'file', path: draft.path.trim() }],
    stored: storedIds.map((instrumentId) => ({ kind: 'stored', instrumentId })),
    instrument: draft.instrumentIds.map((instrumentId) => ({ kind: 'instrument', instrumentId })),
  };
  const { timeframe, featureSet } = draft;
  const asked = { kind: draft.question, params };
  return {
    ok: true,
    plan: { sources: sources[draft.from], timeframe, ...span, featureSet, question: asked },
  };
}

/** The training a draft stands for, or what is wrong with it. */
export function trainingPlanOf(draft: TrainingDraft, catalogue: ModelsCatalogue): Planned<TrainingPlan> {
  const data = dataPlanOf(draft, catalogue);
  const errors: Record<string, string> = data.ok ? {} : { ...data.errors };
  const family = catalogue.families.find(({ name }) => name === draft.family);
  if (!family) errors.family = 'Which family?';
  const isFree = draft.mode === 'search';
  const given = family?.params.filter(({ searched }) => !isFree || searched === null) ?? [];
  const hyperParameters = numbersOf('family', given, draft.hyperParameters, errors);
  const search = isFree ? searchOf(draft, errors) : null;
  const seed = numberIn(draft.seed, { least: 0, most: 2_147_483_647, whole: true });
  if (typeof seed === 'string') errors.seed = seed;
  if (!data.ok || typeof seed === 'string' || Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, plan: { data: data.plan, family: draft.family, hyperParameters, seed, search } };
}

function searchOf({ trials, minutes }: TrainingDraft, errors: Record<string, string>): TrainingPlan['search'] {
  const count = numberIn(trials, { least: 2, most: MODEL_TRIALS_MAX, whole: true });
  const limit = minutes.trim() === '' ? null : numberIn(minutes, { least: 1, most: SEARCH_MINUTES_MAX, whole: true });
  if (typeof count === 'string') errors.trials = count;
  if (typeof limit === 'string') errors.minutes = limit;
  return typeof count === 'string' || typeof limit === 'string' ? null : { trials: count, minutes: limit };
}

function numbersOf(
  whose: string,
  params: readonly Parameter[],
  typed: Readonly<Record<string, string>>,
  errors: Record<string, string>,
): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const parameter of params) {
    const value = numberIn(typed[parameter.name] ?? '', parameter);
    if (typeof value === 'string') errors[`${whose}.${parameter.name}`] = value;
    else numbers[parameter.name] = value;
  }
  return numbers;
}
