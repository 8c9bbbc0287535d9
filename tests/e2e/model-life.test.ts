/** A version made here, from shadow to trading and back, by two clicks on the model board. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAccountFolder } from '../../main/data-folder.ts';
import { openEventLog } from '../../main/engine/kernel/event-log.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { showPanel, until } from '../support/desk-page.ts';
import { readDesk } from '../support/engine-client.ts';
import { HOURS_30, scoreOf } from '../support/model-versions.ts';
import { sharedTerminal } from '../support/terminal.ts';

const MODEL = 'reversal-gbt';
const SHIPPED = '1.0.0';
const OWN = '1.0.1';

/** The model that ships once more, under another version, with a card that claims what the gate wants to see. */
function putOwnVersion(dataDir: string): void {
  const folder = join(dataDir, 'models', MODEL, OWN);
  cpSync(join(MODELS_DIR, MODEL, SHIPPED), folder, { recursive: true });
  const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'));
  card.version = OWN;
  card.edge.verdict = 'measured';
  card.outOfSample.lossGain = { value: 0.01, low: 0.005, high: 0.015 };
  card.outOfSample.traded.netBpsPerTrade = { value: 2, low: 1, high: 3 };
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card));
}

/** A day and more as a shadow, as the account's log told it last. */
function putScores(dataDir: string): void {
  const books = openAccountFolder(dataDir, 'practice-generated-1');
  const { log } = openEventLog({
    dir: books.journalDir,
    headFile: books.journalHead,
    segmentBytesMax: 2 ** 24,
    marketBytesMax: 2 ** 24,
  });
  const sinceMs = Date.now() - HOURS_30;
  const scores = [scoreOf(`${MODEL}@${OWN}`, 400, 0.68, sinceMs), scoreOf(`${MODEL}@${SHIPPED}`, 400, 0.69, sinceMs)];
  log.append({ kind: 'ScoresTallied', hour: 0, scores }, Date.now());
  log.commit();
  log.close();
}

const terminal = sharedTerminal('generated', {}, (dataDir) => {
  putOwnVersion(dataDir);
  putScores(dataDir);
});
const deskNow = () => readDesk(terminal.engine.client);
const roles = async (): Promise<string[]> =>
  (await deskNow()).models.flatMap(({ name, version, standing }) =>
    name === MODEL && standing ? [`${version} ${standing.role}`] : [],
  );
const detailsOf = (version: string) =>
  terminal.desk.page.getByRole('region', { name: `Trend reversal, boosted trees ${version}` });

describe('a version made here', () => {
  it('is tried, then stands beside what trades with what it has shown, and has no vote', async () => {
    const { page } = terminal.desk;
    await until('both versions', async () => (await roles()).length === 2, 90_000);
    expect(await roles()).toEqual([`${SHIPPED} vote`, `${OWN} shadow`]);
    await showPanel(page, 'Model board');
    const rows = page.getByRole('table', { name: 'Models and rules' });
    await rows.getByRole('button', { name: `Trend reversal, boosted trees ${OWN}` }).click();
    const gate = detailsOf(OWN).getByRole('list', { name: 'What it must show to trade' });
    await until('five things that it has shown', async () => (await gate.getByText('✓').count()) === 5);
  });

  it('trades after one click, and what traded before trades again after another', async () => {
    const { page } = terminal.desk;
    const promote = detailsOf(OWN).getByRole('button', { name: 'Promote', exact: true });
    await promote.focus();
    // A key that is held down asks and does not answer; Escape takes the question back, and the keyboard to where it was.
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await detailsOf(OWN).getByRole('button', { name: 'Promote it' }).waitFor();
    await page.locator('fieldset[aria-label="Promote"]:focus').waitFor();
    await page.keyboard.press('Escape');
    await promote.and(page.locator(':focus')).waitFor();
    await promote.click();
    await detailsOf(OWN).getByRole('button', { name: 'Promote it' }).click();
    await until('the new version to vote', async () => (await roles()).join() === `${OWN} vote`, 60_000);
    await page.getByRole('button', { name: `Roll back to ${SHIPPED}` }).click();
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await until('the old version to vote', async () => (await roles()).includes(`${SHIPPED} vote`), 60_000);
    const said = (await deskNow()).journal.map(({ text }) => text);
    expect(said).toContain(`${MODEL} ${OWN} trades in place of ${SHIPPED}: it passed the gate.`);
    expect(said).toContain(`${MODEL} ${SHIPPED} trades again in place of ${OWN}.`);
    expect(readdirSync(join(terminal.host.dataDir, 'promotions'))).toHaveLength(2);
    expect(terminal.desk.errors).toEqual([]);
  });
});
