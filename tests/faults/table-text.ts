import type { FaultCase, FaultPart } from './case.ts';

const state = ({ check, open }: FaultCase): string => (check ? 'tested' : `**open**: ${open}`);
const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function partText({ title, cases }: FaultPart): string {
  const rows = cases.map((one) => row([`\`${one.id}\` ${one.title}`, one.injected, one.holds, one.seen, state(one)]));
  return [
    `## ${title}`,
    '',
    row(['What goes wrong', 'Brought about by', 'What holds', 'What you see', '']),
    row(['---', '---', '---', '---', '---']),
    ...rows,
  ].join('\n');
}

/** The table for people, in Markdown. */
export function tableText(parts: readonly FaultPart[]): string {
  const all = parts.flatMap(({ cases }) => cases);
  const open = all.filter(({ check }) => !check).length;
  const head = `# What may go wrong, and what holds

Printed from the table in \`tests/faults\`, which the tests are made of (\`npm run faults:docs\` writes this page, \`npm test\`
checks that it is current). Of ${all.length} cases ${all.length - open} are tested and ${open} open.`;
  return `${[head, ...parts.map(partText)].join('\n\n')}\n`;
}
