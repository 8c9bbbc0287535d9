/** Strategies of several instruments beside the engine that trades: one that ships, and one of the user's own in its sandbox. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { StrategyRecord } from '../../main/engine/domain/events.ts';
import { replayJournal } from '../../main/engine/journal-check.ts';
import { agentsFor } from '../../main/lab/strategy/strategy-agents.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { ownFolder } from '../support/own-strategy.ts';
import { eventsOf, journalLines } from '../support/raw-books.ts';
import { recordSession } from '../support/recorded-session.ts';

const folder = ownFolder();
const root = mkdtempSync(join(tmpdir(), 'group-sessions-'));
afterAll(() => {
  folder.remove();
  rmSync(root, { recursive: true, force: true });
});

const instruments = ['binance:BTC/USDT', 'binance:ETH/USDT'];
/** Wants the second at each close of the first. */
const OWN = `
import { defineStrategy } from 'countersign';
export default defineStrategy({ name: 'mine', title: 'Mine', about: 'Does it.', instruments: 2, params: {},
  start: () => ({ onCandle({ instrument }, desk) {
    if (instrument === 0 && desk.of(1).position === 0) desk.of(1).enter('long', { share: 0.1 });
  } }) });`;
const own = { title: 'Mine', codeSha256: '' };
const PAIRS = { bars: 20, enterAt: 0.5, leaveAt: 0.1, giveUpAt: 20, share: 0.4 };

it.each<[string, StrategyRecord]>([
  ['pairs', { name: 'pairs', params: PAIRS, timeframe: '1m', instruments }],
  ['mine', { name: 'mine', params: {}, timeframe: '1m', instruments, own }],
])(
  '%s speaks of what it looks at from its first candle, of nothing else, and the journal replays',
  async (name, record) => {
    const dataDir = join(root, name);
    const session = await recordSession({
      dataDir,
      seed: 5,
      minutes: [5],
      symbols: 3,
      strategies: [record],
      ...(record.own && { own: { mine: folder.write(OWN) } }),
      ownAnswerMsMax: 20_000,
    });
    const ledger = journalLines(dataDir, 'ledger');
    expect(eventsOf(ledger, 'StrategySwitchedOff')).toEqual([]);
    const votes = eventsOf(ledger, 'ProposalMade').flatMap(({ proposal }) =>
      proposal.votes
        .filter(({ agent }) => agent === name)
        .map(({ note, stance }) => ({ on: proposal.instrumentId, note, stance })),
    );
    const seen = votes.filter(({ on }) => instruments.includes(on));
    expect(seen.length).toBeGreaterThan(0);
    // Its history was there: it has not to wait for candles to come.
    expect(seen.filter(({ note }) => note === 'warming up')).toEqual([]);
    for (const { on, stance } of votes) if (!instruments.includes(on)) expect(stance).toBe('abstain');
    expect(replayJournal(session.account, MODELS_DIR, agentsFor)).toMatchObject({
      same: true,
      replayedHash: session.decisionHashes[0],
    });
  },
);
