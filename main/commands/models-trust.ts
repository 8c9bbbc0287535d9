import { basename } from 'node:path';
import { type AccountFolder, accountFolders, openDataFolder } from '../data-folder.ts';
import { openInstallationKey } from '../installation-key.ts';
import { lockInstance } from '../instance-lock.ts';
import { readForecastBook } from '../ml/trust/forecast-book.ts';
import { type LearntTrust, learnTrust } from '../ml/trust/learnt-trust.ts';
import { openTrustShelf, type TrustShelf, type TrustStanding } from '../ml/trust/trust-shelf.ts';
import { PRODUCT_VERSION } from '../product.ts';
import { badInput, done, failed, type Outcome } from './output.ts';

export type TrustVerb = 'learn' | 'show' | 'promote' | 'rollback';

interface TrustOptions {
  readonly dataDir?: string;
  readonly account?: string;
}

/** `models trust …` of one account: another market is another account, and members are right at other times there. */
export function modelsTrust(verb: TrustVerb, { dataDir, account }: TrustOptions, nowMs: number): Outcome {
  const data = openDataFolder(dataDir);
  const accounts = accountFolders(data.root);
  const named = accounts.filter(({ root }) => account === undefined || basename(root) === account);
  if (named.length === 0) {
    const there = accounts.map(({ root }) => basename(root)).join(', ') || 'none';
    return badInput(
      account === undefined ? `${data.root} has no account yet` : `there is no account ${account}: there is ${there}`,
    );
  }
  const { folder, forecasts, damaged } = fullest(named);
  const name = basename(folder.root);
  try {
    const shelf = openTrustShelf(folder.trust, openInstallationKey(data.installationKey), PRODUCT_VERSION);
    if (verb === 'show') return shown(name, shelf.learnt(), shelf.standing());
    if (verb === 'learn') {
      const learnt = learnTrust(forecasts, nowMs);
      shelf.store(learnt);
      const spoilt = damaged === 0 ? '' : ` ${damaged} lines of the book could not be read.`;
      return done({ ok: true, account: name, damaged, ...learnt }, `${name}: ${learntText(learnt)}${spoilt}`);
    }
    return changed(name, verb, shelf, data.lock, nowMs);
  } catch (error) {
    return badInput((error as Error).message);
  }
}

function fullest(folders: readonly AccountFolder[]) {
  const [first, ...others] = folders.map((folder) => ({ folder, ...readForecastBook(folder.forecasts) }));
  return others.reduce((best, each) => (each.forecasts.length > best.forecasts.length ? each : best), first!);
}

/** A terminal that runs would not hear of it: it does the same itself, at once. */
function changed(
  account: string,
  verb: 'promote' | 'rollback',
  shelf: TrustShelf,
  lockFile: string,
  nowMs: number,
): Outcome {
  let lock: ReturnType<typeof lockInstance>;
  try {
    lock = lockInstance(lockFile);
  } catch {
    return badInput('a terminal runs on this data folder: its ensemble board does the same, at once');
  }
  try {
    const outcome = verb === 'promote' ? shelf.promote(nowMs) : shelf.rollback(nowMs);
    if (outcome.ok)
      return done({ ok: true, account, record: outcome.value }, `${account}: ${standingText(outcome.value)}`);
    const { kind, text } = outcome.error;
    return kind === 'gate' ? failed({ ok: false, account, error: text }, `${text}.`) : badInput(text);
  } finally {
    lock.release();
  }
}

function shown(account: string, learnt: LearntTrust | null, standing: TrustStanding | null): Outcome {
  const what = learnt ? learntText(learnt) : 'Nothing was learnt yet.';
  return done({ ok: true, account, learnt, standing }, `${account}: ${what} ${standingText(standing)}`);
}

const learntText = ({ judgement: { verdict, why, forecasts, members } }: LearntTrust): string =>
  `${verdict}: ${why} (learnt from ${forecasts} forecasts of ${members} ${members === 1 ? 'member' : 'members'}).`;

const standingText = (standing: TrustStanding | null): string =>
  standing?.learnt
    ? `What was learnt on ${new Date(standing.learnt.learntAtMs).toISOString().slice(0, 10)} counts.`
    : 'Members are weighed by their records alone.';
