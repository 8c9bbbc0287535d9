/** Strategies of the user's own beside the engine that trades, each in its sandbox. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replayJournal } from '../../main/engine/journal-check.ts';
import { agentsFor } from '../../main/lab/strategy/strategy-agents.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { ownDoing, ownFolder } from '../support/own-strategy.ts';
import { eventsOf, journalLines } from '../support/raw-books.ts';
import { recordSession } from '../support/recorded-session.ts';

const folder = ownFolder();
const root = mkdtempSync(join(tmpdir(), 'own-sessions-'));
afterAll(() => {
  folder.remove();
  rmSync(root, { recursive: true, force: true });
});

let sessions = 0;
async function sessionWith(code: string, ownAnswerMsMax = 20_000) {
  sessions += 1;
  const dataDir = join(root, `session-${sessions}`);
  const own = { title: 'Mine', codeSha256: '' };
  const session = await recordSession({
    dataDir,
    seed: 5,
    minutes: [6],
    symbols: 2,
    strategies: [{ name: 'mine', params: {}, timeframe: '1m', own }],
    own: { mine: folder.write(code) },
    ownAnswerMsMax,
  });
  const ledger = journalLines(dataDir, 'ledger');
  const proposers = eventsOf(ledger, 'ProposalMade').map(({ proposal }) => proposal.agent);
  return { session, ledger, proposers, market: journalLines(dataDir, 'market') };
}

describe('a strategy of the user’s own on the desk', () => {
  it('proposes beside the others, and the journal replays to the same decisions without its code', async () => {
    const { session, ledger, proposers, market } = await sessionWith(
      ownDoing("if (desk.position === 0) desk.enter('long', { share: 0.1 }); else desk.exit();"),
    );
    expect(proposers).toContain('Mine');
    expect(eventsOf(market, 'StrategySpoke').length).toBeGreaterThan(10);
    expect(eventsOf(ledger, 'StrategySwitchedOff')).toEqual([]);
    expect(replayJournal(session.account, MODELS_DIR, agentsFor)).toMatchObject({
      same: true,
      replayedHash: session.decisionHashes[0],
    });
  });

  it.each([
    ['throws', "if (bar > 600) throw new Error('I do not like this market');", /^I do not like this market$/, 20_000],
    ['loops for ever', 'if (bar > 600) for (;;);', /^Ended: it did not answer within 2 s\.$/, 2_000],
    ['wants what is no order', "if (bar > 600) desk.enter('long', { qty: NaN });", /its answer will not do/, 20_000],
    [
      'takes all memory',
      'if (bar > 600) for (const all = []; ; ) all.push(new Array(1e5).fill(bar));',
      /of memory|did not answer/,
      20_000,
    ],
  ])('that %s is switched off with one sentence, and trading goes on', async (_, what, says, answerMsMax) => {
    const { session, ledger, proposers } = await sessionWith(ownDoing(what), answerMsMax);
    const off = eventsOf(ledger, 'StrategySwitchedOff');
    expect(off).toMatchObject([{ strategy: 'mine', why: expect.stringMatching(says) }]);
    const [offAt] = ledger.flatMap(({ seq, event }) => (event.kind === 'StrategySwitchedOff' ? [seq] : []));
    const later = ledger.filter(({ seq, event }) => seq > (offAt as number) && event.kind === 'ProposalMade');
    expect(later.length).toBeGreaterThan(0);
    expect(proposers).not.toContain('Mine');
    expect(replayJournal(session.account, MODELS_DIR, agentsFor)).toMatchObject({ same: true });
  });
});
