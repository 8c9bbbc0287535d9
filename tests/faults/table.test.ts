import { expect, it } from 'vitest';
import { FAULT_TABLE } from './table.ts';
import { tableText } from './table-text.ts';

const all = FAULT_TABLE.flatMap(({ cases }) => cases);

it('every case has a name of its own, and a check or a reason why it has none', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { id, check, open } of all)
    expect([id, (check === undefined) === (open !== undefined)]).toEqual([id, true]);
});

it('docs/faults.md is the table: `npm run faults:docs` writes it', async () => {
  await expect(tableText(FAULT_TABLE)).toMatchFileSnapshot('../../docs/faults.md');
});
