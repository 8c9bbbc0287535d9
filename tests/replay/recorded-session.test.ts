import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountFolder, accountFolders } from '../../main/data-folder.ts';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import { replayJournal, verifyJournalFiles } from '../../main/engine/journal-check.ts';
import { openEventLog } from '../../main/engine/kernel/event-log.ts';
import {
  chainHash,
  decodeHeader,
  decodeLine,
  encodeHeader,
  encodeRecord,
} from '../../main/engine/kernel/log-format.ts';
import { agentsFor } from '../../main/lab/strategy/strategy-agents.ts';
import { MODELS_DIR } from '../../main/product.ts';
import { runCli } from '../support/cli-process.ts';
import { eventsOf, type JournalLine, journalLines } from '../support/raw-books.ts';
import { lastSegment, type RecordedSession, recordSession } from '../support/recorded-session.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-replay-'));
const longDir = join(root, 'long');
const shortDir = join(root, 'short');
let long: RecordedSession;
let short: RecordedSession;

beforeAll(async () => {
  long = await recordSession({ dataDir: longDir, seed: 7, minutes: [10, 12], segmentBytesMax: 1_500_000 });
  short = await recordSession({ dataDir: shortDir, seed: 11, minutes: [2], segmentBytesMax: 60_000, symbols: 1 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let copies = 0;
/** A copy that a test may spoil. */
function copyOf(dataDir: string): { dataDir: string; account: AccountFolder } {
  copies += 1;
  const copy = join(root, `copy-${copies}`);
  cpSync(dataDir, copy, { recursive: true });
  return { dataDir: copy, account: accountFolders(copy)[0] as AccountFolder };
}

const segments = (account: AccountFolder, lane: string): string[] =>
  readdirSync(account.journalDir)
    .filter((name) => name.startsWith(lane))
    .sort()
    .map((name) => join(account.journalDir, name));

describe('a recorded session', () => {
  it('holds what trading is made of: proposals, a denial, a decline, a lapse, fills, a kill and a restart', () => {
    const ledger = journalLines(longDir, 'ledger');
    const count = (kind: EngineEvent['kind']): number => eventsOf(ledger, kind).length;
    const verdicts = eventsOf(ledger, 'RiskVerdictGiven').map(({ verdict }) => verdict.outcome);
    const signatures = eventsOf(ledger, 'OrderSigned').map(({ order }) => order.signature.by);
    expect(count('ProposalMade')).toBeGreaterThanOrEqual(20);
    expect(verdicts).toContain('deny');
    expect(count('ProposalDeclined')).toBeGreaterThan(0);
    expect(count('ProposalLapsed')).toBeGreaterThan(0);
    expect(signatures).toContain('person');
    expect(signatures).toContain('system');
    expect(count('FillBooked')).toBeGreaterThan(10);
    expect(count('EngineStarted')).toBe(2);
    expect(eventsOf(journalLines(longDir, 'market'), 'PredictionArrived').length).toBeGreaterThan(0);
  });

  it('says that the record torn by the kill was cut off', () => {
    expect(long.repairs).toEqual([expect.stringMatching(/^Cut a half-written record off the ledger log/)]);
  });

  it('replays to the same decisions, in two sessions, as often as one likes', () => {
    const once = replayJournal(long.account, MODELS_DIR);
    expect(once).toMatchObject({ same: true, sessions: 2, firstDifferentSeq: null });
    expect(once.replayedHash).toBe(once.recordedHash);
    expect(once.decisions).toBeGreaterThan(500);
    expect(replayJournal(long.account, MODELS_DIR)).toEqual(once);
  });

  it('replays to the hash that the running engine itself had reckoned', () => {
    const replayed = replayJournal(short.account, MODELS_DIR);
    expect(replayed.decisions).toBeGreaterThan(0);
    expect(replayed.replayedHash).toBe(short.decisionHashes[0]);
  });

  it('recorded again from the same seed is the same record for record', async () => {
    const again = join(root, 'again');
    const session = await recordSession({
      dataDir: again,
      seed: 11,
      minutes: [2],
      segmentBytesMax: 60_000,
      symbols: 1,
    });
    expect(session.decisionHashes).toEqual(short.decisionHashes);
  });

  it('in which strategies proposed replays to the same fills and hash, and by the command alone', async () => {
    const dataDir = join(root, 'strategies');
    const strategies = [
      { name: 'sma-cross', params: { fast: 2, slow: 5, share: 0.1, qty: 0 }, timeframe: '1m' },
      { name: 'donchian-breakout', params: { entryBars: 10, exitBars: 5 }, timeframe: '5m' },
    ] as const;
    const session = await recordSession({ dataDir, seed: 5, minutes: [9], symbols: 3, strategies });
    const ledger = journalLines(dataDir, 'ledger');
    const agents = eventsOf(ledger, 'ProposalMade').map(({ proposal }) => proposal.agent);
    expect(agents).toContain('SMA cross');
    expect(eventsOf(ledger, 'FillBooked').length).toBeGreaterThan(0);
    expect(replayJournal(session.account, MODELS_DIR, agentsFor)).toMatchObject({
      same: true,
      replayedHash: session.decisionHashes[0],
    });
    expect(() => replayJournal(session.account, MODELS_DIR)).toThrow(/ran sma-cross, donchian-breakout/);
    const { exit, json } = await runCli(['journal', 'replay', dataDir, '--json']);
    expect([exit, json]).toMatchObject([0, { ok: true, decisionHash: session.decisionHashes[0] }]);
  });

  it('is found whole by `journal verify`, and the same by `journal replay`', async () => {
    const events = journalLines(longDir, 'ledger').length + journalLines(longDir, 'market').length;
    const verified = await runCli(['journal', 'verify', longDir, '--json']);
    expect(verified).toMatchObject({ exit: 0, stderr: '', json: { ok: true, events, firstBadSeq: null } });
    const replayed = await runCli(['journal', 'replay', longDir, '--json']);
    const { replayedHash } = replayJournal(long.account, MODELS_DIR);
    expect(replayed).toMatchObject({ exit: 0, stderr: '', json: { ok: true, decisionHash: replayedHash } });
  });
});

/** Writes a lane's events anew with a right chain: what somebody who knows the format would do. */
function rewrite(account: AccountFolder, change: (line: JournalLine) => EngineEvent): void {
  let hash = '0'.repeat(64);
  for (const file of segments(account, 'ledger')) {
    const [first = '', ...lines] = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    const header = decodeHeader(first);
    if (!header) throw new Error(`not a header: ${first}`);
    const next = [encodeHeader({ ...header, previousHash: hash }).trimEnd()];
    for (const text of lines) {
      const line = decodeLine(text);
      if (!line) throw new Error(`not a record: ${text}`);
      const json = JSON.stringify(change({ ...line, event: JSON.parse(line.json) as EngineEvent }));
      hash = chainHash(hash, line.seq, line.timeMs, json);
      next.push(encodeRecord(line.seq, line.timeMs, hash, json).trimEnd());
    }
    writeFileSync(file, `${next.join('\n')}\n`);
  }
}

describe('what was changed afterwards', () => {
  it('is found wherever one byte of either lane changed, and the record named', () => {
    const { account } = copyOf(shortDir);
    const files = [...segments(account, 'ledger'), ...segments(account, 'market')];
    expect(files.length).toBeGreaterThan(4);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (pick, offset, flip) => {
        const file = files[pick % files.length] as string;
        const original = readFileSync(file);
        const at = offset % original.length;
        const changed = Buffer.from(original);
        changed[at] = (original[at] as number) ^ flip;
        writeFileSync(file, changed);
        try {
          const verdict = verifyJournalFiles(account);
          expect(verdict.ok, `byte ${at} of ${basename(file)}`).toBe(false);
          expect(verdict.firstBadSeq, verdict.text).toBe(seqAt(original, at));
        } finally {
          writeFileSync(file, original);
        }
      }),
      { numRuns: 150, seed: 20_260_105 },
    );
    expect(verifyJournalFiles(account).ok).toBe(true);
  });

  it('is found by the command: exit 1, and the first bad record', async () => {
    const { dataDir, account } = copyOf(shortDir);
    const file = segments(account, 'market')[1] as string;
    const text = readFileSync(file, 'utf8');
    const at = text.indexOf('"price":["') + 10;
    writeFileSync(file, `${text.slice(0, at)}9${text.slice(at + 1)}`);
    const { exit, json } = await runCli(['journal', 'verify', dataDir, '--json']);
    expect(exit).toBe(1);
    expect(json).toMatchObject({ ok: false, firstBadSeq: seqAt(Buffer.from(text), at) });
  });

  it.each(['ledger', 'market'] as const)('is found where the tail of the %s lane was cut off', async (lane) => {
    const { dataDir, account } = copyOf(shortDir);
    const file = lastSegment(account, lane);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const lastSeq = Number(lines.at(-1)?.split(' ')[0]);
    truncateSync(file, Buffer.byteLength(`${lines.slice(0, -1).join('\n')}\n`));
    const { exit, json } = await runCli(['journal', 'verify', dataDir, '--json']);
    expect(exit).toBe(1);
    expect(json).toMatchObject({ ok: false, firstBadSeq: lastSeq });
    expect(() => openEventLog(options(account))).toThrow(/is damaged from record|its recorded head is/);
  });

  it('is found where the whole chain was written anew around a changed price', () => {
    const { account } = copyOf(shortDir);
    rewrite(account, ({ event }) =>
      event.kind === 'ProposalMade' ? { ...event, proposal: { ...event.proposal, entryPrice: '1' } } : event,
    );
    rmSync(account.journalStore);
    const verdict = verifyJournalFiles(account);
    expect(verdict).toMatchObject({ ok: false });
    expect(verdict.text).toContain('was written anew');
  });

  it('comes out otherwise on replay where a decision was written over', () => {
    const { account } = copyOf(shortDir);
    let changedSeq = 0;
    rewrite(account, ({ seq, event }) => {
      if (event.kind !== 'ProposalMade' || changedSeq !== 0) return event;
      changedSeq = seq;
      return { ...event, proposal: { ...event.proposal, qtyBase: '0.00007' } };
    });
    expect(changedSeq).toBeGreaterThan(0);
    expect(replayJournal(account, MODELS_DIR)).toMatchObject({ same: false, firstDifferentSeq: changedSeq });
  });

  it('is found in the projection that the journal panel pages through', () => {
    const { account } = copyOf(shortDir);
    writeFileSync(account.journalStore, 'this is no database');
    const verdict = verifyJournalFiles(account);
    expect(verdict).toMatchObject({ ok: false, firstBadSeq: null });
    expect(verdict.text).toContain('is unreadable');
  });
});

describe('what a log may lose without harm', () => {
  it('replays from the first session it still holds whole, after older market segments were rotated out', () => {
    const { account } = copyOf(longDir);
    const secondStart = journalLines(longDir, 'ledger').filter(({ event }) => event.kind === 'EngineStarted')[1]?.seq;
    const market = segments(account, 'market');
    const firstSeqs = market.map((file) => Number(readFileSync(file, 'utf8').split('\n')[1]?.split(' ')[0]));
    const rotated = market.filter((_, index) => (firstSeqs[index + 1] ?? Number.MAX_VALUE) < (secondStart ?? 0));
    expect(rotated.length).toBeGreaterThan(0);
    for (const file of rotated) rmSync(file);
    expect(verifyJournalFiles(account).ok).toBe(true);
    const replayed = replayJournal(account, MODELS_DIR);
    expect(replayed).toMatchObject({ same: true, sessions: 1 });
    expect(replayed.replayedHash).toBe(long.decisionHashes[1]);
  });

  it('says so where no session is left whole', () => {
    const { account } = copyOf(shortDir);
    rmSync(segments(account, 'market')[0] as string);
    const replayed = replayJournal(account, MODELS_DIR);
    expect(replayed).toMatchObject({ sessions: 0, decisions: 0 });
    expect(replayed.text).toMatch(/no session is left whole/);
  });

  it('a torn last record is harmless to verify and replay, and cut and told on the next start', () => {
    const { account } = copyOf(shortDir);
    appendFileSync(lastSegment(account, 'market'), '999999 1767614400000 00');
    expect(verifyJournalFiles(account).ok).toBe(true);
    expect(replayJournal(account, MODELS_DIR).same).toBe(true);
    const opened = openEventLog(options(account));
    expect(opened.repairs).toEqual([expect.stringMatching(/half-written record off the market log/)]);
    opened.log.close();
    expect(verifyJournalFiles(account).ok).toBe(true);
  });
});

const options = (account: AccountFolder) => ({
  dir: account.journalDir,
  headFile: account.journalHead,
  segmentBytesMax: 2 ** 20,
  marketBytesMax: 2 ** 30,
});

/** Number of the record that the byte at `at` belongs to; a header belongs to the record after it. */
function seqAt(file: Buffer, at: number): number {
  const start = at === 0 ? 0 : file.lastIndexOf('\n', at - 1) + 1;
  const line = file.toString('latin1', start, file.indexOf('\n', start));
  return line.startsWith('#') ? seqAt(file, file.indexOf('\n', start) + 1) : Number(line.split(' ')[0]);
}
