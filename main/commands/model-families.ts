import { QUESTIONS } from '../ml/desk/questions.ts';
import { FAMILIES } from '../ml/families/families.ts';
import { type FamilyOutline, outlineOf } from '../ml/train/family-outline.ts';
import { badInput, done, type Outcome, textTable } from './output.ts';

type Setting = FamilyOutline['params'][number];

/** `models families [NAME]`: what can be learnt with, what each family can be set to, and where a search looks. */
export function modelsFamilies(name?: string): Outcome {
  const families = FAMILIES.filter((family) => name === undefined || family.name === name).map(outlineOf);
  if (families.length === 0)
    return badInput(`there is no family ${name}: ${FAMILIES.map((family) => family.name).join(', ')}`);
  const text = families.map(
    ({ name: key, title, tasks, params }) =>
      `${key}: ${title}; answers ${tasks.join(', ')}\n${textTable(settingRows(params))}`,
  );
  return done({ ok: true, families }, text.join('\n\n'));
}

const HEAD = ['--param', 'setting', 'standard', 'from', 'to', 'unit', 'searched', 'what it does'] as const;

const settingRows = (params: readonly Setting[]): string[][] => [
  [...HEAD],
  ...params.map(({ name, label, standard, least, most, unit, searched, about }) => [
    name,
    label,
    String(standard),
    String(least),
    String(most),
    unit,
    searched ? `${searched.least} to ${searched.most}` : '',
    about,
  ]),
];

/** The same as a page of the documentation, questions with it. */
export function settingsPage(): string {
  const table = (params: readonly Setting[]): string => {
    const [head = [], ...rows] = settingRows(params);
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  };
  const families = FAMILIES.map(outlineOf).map(
    ({ name, title, params }) => `### ${title}\n\n\`--family ${name}\`\n\n${table(params)}`,
  );
  const questions = QUESTIONS.map(
    ({ kind, title, about, params }) => `### ${title}\n\n\`--label ${kind}\`: ${about}\n\n${table(params)}`,
  );
  return `${[
    '# What models can be set to',
    'Made from the definitions that the Models workspace, `countersign models families` and the search read. A search looks only where a range is given; all else keeps its value.',
    '## Families',
    ...families,
    '## Questions',
    ...questions,
  ].join('\n\n')}\n`;
}
