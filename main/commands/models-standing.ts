import { join } from 'node:path';
import { accountFolders, type DataFolder, openDataFolder } from '../data-folder.ts';
import { HOURS_KEPT, type MemberScore, type TalliedHour, versionKey } from '../engine/domain/ensemble.ts';
import { readLane } from '../engine/kernel/log-reader.ts';
import { openFolderRegistry } from '../folder-registry.ts';
import { lockInstance } from '../instance-lock.ts';
import { whyNoVote } from '../ml/card.ts';
import { readLabPackage } from '../ml/lab-model/model-folder.ts';
import type { ModelRegistry } from '../ml/registry/model-registry.ts';
import { publishNext } from '../ml/registry/publish-package.ts';
import { MODELS_DIR } from '../product.ts';
import { badInput, done, failed, type Outcome } from './output.ts';

/** `models promote NAME VERSION`: the version trades from the next start on, where it passes the gate. */
export function modelsPromote(
  model: string,
  version: string,
  dataDir: string | undefined,
  nowMs: number,
): Promise<Outcome> {
  return withRegistry(dataDir, (registry, folder) => {
    const lives = lastLives(folder.root);
    const hours = lives.get(versionKey({ model, version }))?.hours;
    const promoted = registry.promote(
      model,
      version,
      (each) => lives.get(versionKey(each))?.score ?? null,
      nowMs,
      hours,
    );
    if (promoted.ok) {
      const { replaced, checks } = promoted.value;
      const place = replaced === null ? '' : ` in place of ${replaced}`;
      return done(
        { ok: true, record: promoted.value },
        [`${model} ${version} trades${place}.`, ...checks.map(checkLine)].join('\n'),
      );
    }
    const { kind, text, checks } = promoted.error;
    if (kind !== 'gate') return badInput(text);
    return failed({ ok: false, error: text, checks }, [`${text}.`, ...checks.map(checkLine)].join('\n'));
  });
}

/** `models rollback NAME`: the version that traded before trades again from the next start on. */
export function modelsRollback(model: string, dataDir: string | undefined, nowMs: number): Promise<Outcome> {
  return withRegistry(dataDir, (registry) => {
    const back = registry.rollback(model, nowMs);
    if (!back.ok) return badInput(back.error.text);
    const { action, version, replaced } = back.value;
    const text =
      action === 'withdrawn'
        ? `${model} ${version} trades no longer: nothing of its name did before.`
        : `${model} ${version} trades again in place of ${replaced}.`;
    return done({ ok: true, record: back.value }, text);
  });
}

/** `models publish FOLDER`: a model of the lab becomes the next version of its name, a shadow from the next start on. */
export async function modelsPublish(folder: string, dataDir: string | undefined): Promise<Outcome> {
  const made = await readLabPackage(folder).catch((error: Error) => error);
  if (made instanceof Error) return badInput(made.message);
  const noVote = whyNoVote(made.card.question);
  if (noVote !== null) return badInput(`${folder} cannot be published: ${noVote}`);
  return withFolder(dataDir, async (data) => {
    const { models } = data;
    const { card } = await publishNext(models, [MODELS_DIR], made);
    openFolderRegistry(data).removeOld();
    return done(
      { ok: true, model: card.name, version: card.version, folder: join(models, card.name, card.version) },
      `${card.name} ${card.version} is published: it is scored from the next start on and has no vote.`,
    );
  });
}

const checkLine = ({ name, passed, text }: { name: string; passed: boolean; text: string }): string =>
  `${passed ? '✓' : '✗'} ${name}: ${text}`;

const withRegistry = (
  dataDir: string | undefined,
  act: (registry: ModelRegistry, folder: DataFolder) => Outcome,
): Promise<Outcome> => withFolder(dataDir, async (folder) => act(openFolderRegistry(folder), folder));

/** A terminal that runs would not hear of it: its own screens do the same, at once. */
export async function withFolder(
  dataDir: string | undefined,
  act: (folder: DataFolder) => Promise<Outcome>,
): Promise<Outcome> {
  const folder = openDataFolder(dataDir);
  let lock: ReturnType<typeof lockInstance>;
  try {
    lock = lockInstance(folder.lock);
  } catch {
    return badInput(
      `a terminal runs on ${folder.root}: its Models workspace publishes, promotes and rolls back without a restart`,
    );
  }
  try {
    return await act(folder);
  } catch (error) {
    return badInput((error as Error).message);
  } finally {
    lock.release();
  }
}

interface Life {
  readonly score: MemberScore;
  readonly hours: readonly TalliedHour[];
}

/** How versions did live, by `model@version`, as the logs last told it: of the account where most was settled. */
function lastLives(root: string): ReadonlyMap<string, Life> {
  const best = new Map<string, Life>();
  for (const { journalDir } of accountFolders(root)) {
    const latest = new Map<string, MemberScore>();
    const hours: TalliedHour[] = [];
    readLane(journalDir, 'ledger', ({ event }) => {
      if (event.kind !== 'ScoresTallied') return;
      for (const score of event.scores) latest.set(score.member, score);
      if (event.scored) hours.push({ hour: event.hour, scored: event.scored });
    });
    for (const [member, score] of latest) {
      if (score.settled > (best.get(member)?.score.settled ?? -1))
        best.set(member, { score, hours: hours.slice(-HOURS_KEPT) });
    }
  }
  return best;
}
