import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TRUST_TERMS } from '../../main/engine/decision/heard.ts';
import { replayJournal } from '../../main/engine/journal-check.ts';
import { readModelCards } from '../../main/engine/model-cards.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { eventsOf, journalLines } from '../support/raw-books.ts';
import { recordSession } from '../support/recorded-session.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-trust-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('[D24] sessions in which members are heard in part, a restart between them, replay to the same decisions', async () => {
  const zeros = TRUST_TERMS.map(() => 0);
  const trustModel = {
    terms: TRUST_TERMS,
    // What everybody says is worth less, and differently by the hour.
    shared: TRUST_TERMS.map((term) => (term === 'bias' ? -0.05 : term === 'hour, sine' ? -0.1 : 0)),
    members: readModelCards(MODELS_DIR).map(({ name, version }) => ({ member: `${name}@${version}`, weights: zeros })),
    untilMs: Date.UTC(2027, 0, 1),
  };
  const session = await recordSession({ dataDir: root, seed: 3, minutes: [11, 6], symbols: 2, trustModel });
  const counted = eventsOf(journalLines(root, 'market'), 'VotesCounted');
  const heard = counted.flatMap(({ votes }) => votes.flatMap((vote) => vote.heard ?? []));
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.some((share) => share < 1)).toBe(true);
  const replayed = replayJournal(session.account, MODELS_DIR);
  expect(replayed).toMatchObject({ same: true, sessions: 2, firstDifferentSeq: null });
  expect(replayed.replayedHash).toBe(replayed.recordedHash);
});
