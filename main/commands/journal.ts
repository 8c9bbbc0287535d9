import { basename } from 'node:path';
import { type AccountFolder, accountFolders, openDataFolder } from '../data-folder.ts';
import { replayJournal, verifyJournalFiles } from '../engine/journal-check.ts';
import { agentsFor } from '../lab/strategy/strategy-agents.ts';
import { MODELS_DIR } from '../product.ts';
import { badInput, done, failed, type Outcome } from './output.ts';

/** `journal verify DATA_DIR`: chains, heads and projections of every account; exit 1 on tampering or a cut tail. */
export function journalVerify(dataDir: string): Outcome {
  const folders = accountFolders(dataDir);
  if (folders.length === 0) return badInput(`${dataDir} holds no journal`);
  const accounts = folders.map((folder) => ({ account: basename(folder.root), ...verifyJournalFiles(folder) }));
  const bad = accounts.find((account) => !account.ok);
  const events = accounts.reduce((sum, account) => sum + account.events, 0);
  const value = { ok: !bad, events, firstBadSeq: bad?.firstBadSeq ?? null, accounts };
  const text = accounts
    .map((account) => `${account.account}: ${account.ok ? '' : 'DAMAGED, '}${account.text}`)
    .join('\n');
  return bad ? failed(value, text) : done(value, text);
}

/** `journal replay DATA_DIR`: the recorded inputs through this build's stages; exit 1 when a decision comes out otherwise. */
export function journalReplay(dataDir: string): Outcome {
  const folders = accountFolders(dataDir);
  if (folders.length === 0) return badInput(`${dataDir} holds no journal`);
  const accounts = folders.map((folder) => replayAccount(folder, openDataFolder(dataDir).models));
  const ok = accounts.every((account) => account.same);
  const value = { ok, decisionHash: accounts[0]?.replayedHash ?? null, accounts };
  const text = accounts.map((account) => `${account.account}: ${account.text}`).join('\n');
  return ok ? done(value, text) : failed(value, text);
}

function replayAccount(folder: AccountFolder, ownModelsDir: string) {
  const account = basename(folder.root);
  try {
    return { account, ...replayJournal(folder, MODELS_DIR, agentsFor, ownModelsDir) };
  } catch (error) {
    return { account, same: false, replayedHash: null, text: (error as Error).message };
  }
}
