/** What a person says of a model that was made elsewhere: text as typed, turned into a plan or into a sentence beside each field that is wrong. Pure. */
import type { BroughtFile, ImportPlan, ModelsCatalogue } from '../../preload/models-contract.ts';
import { dayMs } from '../lab/draft-days.ts';
import { numberIn } from '../lab/draft-numbers.ts';
import { type DraftErrors, dataPlanOf, draftFor, type Planned, type TrainingDraft } from './training-draft.ts';

export interface BringDraft {
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly note: string;
  /** Names of features, apart by commas or spaces; empty for all of the set. */
  readonly columns: string;
  readonly windowBars: string;
  /** Empty for the only one that can be. */
  readonly output: string;
  /** Empty for the second of two. */
  readonly classIndex: string;
  readonly says: 'yes' | 'no';
  /** The last day that it was shown; UTC. */
  readonly learntTo: string;
  /** Candles, question and feature set. */
  readonly data: TrainingDraft;
}

/** The fields of each step, so that a step is left only when its own are right. */
export const STEP_FIELDS = [
  ['file'],
  ['title', 'author', 'licence', 'columns', 'windowBars', 'output', 'classIndex', 'question'],
  ['learntTo', 'path', 'instrumentIds', 'storedIds'],
] as const;

const DAY_MS = 86_400_000;
const TEXT_MAX = 200;
const ITS_OWN = { least: 0, most: 255, whole: true };
const BARS = { least: 1, most: 512, whole: true };

export const bringDraftFor = (catalogue: ModelsCatalogue, instrumentId: string): BringDraft => ({
  title: '',
  author: '',
  licence: '',
  note: '',
  columns: '',
  windowBars: '',
  output: '',
  classIndex: '',
  says: 'yes',
  learntTo: '',
  data: draftFor(catalogue, instrumentId),
});

/** With what the file says of itself. */
export const withFile = (draft: BringDraft, file: BroughtFile): BringDraft => ({
  ...draft,
  output: file.output ?? '',
  data: { ...draft.data, featureSet: setOf(draft, file) },
});

/** The set that was chosen, where its input can be of it. */
const setOf = ({ data }: BringDraft, { featureSets }: BroughtFile): string =>
  featureSets.includes(data.featureSet) ? data.featureSet : (featureSets[0] ?? data.featureSet);

/** The name that a model of this title has here. */
export const nameOfTitle = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);

/** What is to be judged, or what is wrong with the draft. */
export function importPlanOf(
  draft: BringDraft,
  file: BroughtFile | null,
  catalogue: ModelsCatalogue,
): Planned<ImportPlan> {
  const errors: Record<string, string> = file === null ? { file: 'Which file?' } : {};
  for (const field of ['title', 'author', 'licence'] as const) {
    const text = draft[field].trim();
    if (text === '') errors[field] = WANTED[field];
    else if (text.length > TEXT_MAX) errors[field] = `${TEXT_MAX} characters at most.`;
  }
  const name = nameOfTitle(draft.title);
  if (errors['title'] === undefined && name === '') errors['title'] = 'With a letter or a number in it.';
  const columns = columnsOf(draft, catalogue, errors);
  if (file !== null && !file.featureSets.includes(draft.data.featureSet) && columns === null)
    errors['columns'] = `Its input is not of ${draft.data.featureSet}: name its columns.`;
  if (file !== null && draft.output === '' && file.outputs.length > 1) errors['output'] = 'Which of them?';
  const classIndex = optional(draft.classIndex, ITS_OWN, 'classIndex', errors);
  if (classIndex === null && errors['classIndex'] === undefined && file !== null && file.classNames.length > 0)
    errors['classIndex'] = `Which of ${file.classNames.join(', ')}? The first is 0.`;
  const windowBars = optional(draft.windowBars, BARS, 'windowBars', errors);
  const learntTo = dayMs(draft.learntTo);
  if (learntTo === null) errors['learntTo'] = 'Until when? All after it is out of sample.';
  else if (Number.isNaN(learntTo)) errors['learntTo'] = 'A day, as 2026-01-31.';
  const data = dataPlanOf({ ...draft.data, fromDay: '', toDay: '' }, catalogue);
  if (!data.ok) Object.assign(errors, data.errors);
  const { question } = draft.data;
  if (!data.ok || learntTo === null || Object.keys(errors).length > 0 || !isAsked(question))
    return { ok: false, errors };
  const { sources, timeframe, featureSet } = data.plan;
  return {
    ok: true,
    plan: {
      name,
      title: draft.title.trim(),
      author: draft.author.trim(),
      licence: draft.licence.trim(),
      note: draft.note.trim(),
      // A day is whole: its last candle may have been shown.
      learntToMs: learntTo + DAY_MS,
      data: { sources, timeframe },
      featureSet,
      columns,
      windowBars,
      input: null,
      output: draft.output === '' ? null : draft.output,
      question: { kind: question, params: data.plan.question.params },
      classIndex,
      isOfNo: draft.says === 'no',
    },
  };
}

/** Of these errors those that a step shows. */
export const errorsOfStep = (errors: DraftErrors, step: number): DraftErrors =>
  Object.fromEntries(
    Object.entries(errors).filter(([field]) => (STEP_FIELDS[step] ?? []).some((own) => own === field.split('.')[0])),
  );

/** The questions whose answer is one chance of a rise or a fall. */
export const isAsked = (kind: string): kind is ImportPlan['question']['kind'] =>
  kind === 'direction' || kind === 'reversal';

const WANTED = {
  title: 'What is it called?',
  author: 'Who made it?',
  licence: 'Under which licence may it be used?',
} as const;

function columnsOf(
  { columns, data }: BringDraft,
  { featureSets }: ModelsCatalogue,
  errors: Record<string, string>,
): string[] | null {
  const names = columns.split(/[\s,;]+/).filter((name) => name !== '');
  if (names.length === 0) return null;
  const known = featureSets.find(({ name }) => name === data.featureSet)?.features.map(({ name }) => name) ?? [];
  const unknown = names.find((name) => !known.includes(name));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (unknown !== undefined) errors['columns'] = `${data.featureSet} has no feature ${unknown}.`;
  else if (twice !== undefined) errors['columns'] = `${twice} is named twice.`;
  return names;
}

function optional(text: string, range: typeof BARS, field: string, errors: Record<string, string>): number | null {
  if (text.trim() === '') return null;
  const value = numberIn(text, range);
  if (typeof value === 'number') return value;
  errors[field] = value;
  return null;
}
