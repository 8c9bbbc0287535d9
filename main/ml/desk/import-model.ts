import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ImportPlan } from '../../../preload/models-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { DEFAULT_MEMORY } from '../../engine/inference/inference-limits.ts';
import type { CandleStores } from '../../lab/workers/read-candles.ts';
import { cardSchema, goldenSchema, type ModelCard } from '../card.ts';
import { MADE_ELSEWHERE } from '../elsewhere/known-family.ts';
import { readCards } from '../registry/model-folders.ts';
import { type MadeModel, publishNext } from '../registry/publish-package.ts';
import { RESULT_DRAFT, RESULT_GOLDEN, RESULT_MODEL } from '../train/job-folder.ts';
import { type ImportMessage, type ImportStep, type ImportTask, importMessageSchema } from './import-task.ts';

/** Where candles are, what was tried before, and where models lie. */
export interface ImportPlaces extends CandleStores {
  readonly labCandles: string;
  readonly trialBook: string;
  readonly ownModelsDir: string;
  readonly shippedDir: string;
}

/** Why nothing was published, in one sentence. */
export interface NotImported {
  readonly kind: 'refused' | 'cancelled';
  readonly text: string;
}

const TRIAL_MS_MAX = 60_000;

const notImported = (text: string): Result<never, NotImported> => fail({ kind: 'refused', text });
const CANCELLED = fail<NotImported>({ kind: 'cancelled', text: 'it was given up' });

/**
 * Judges a model's file in a process of its own and publishes it as the next version of its name, a shadow. Where it is refused, or
 * `signal` is aborted before it was judged, nothing is written.
 * @param file its path
 */
export async function importModel(
  file: string,
  plan: ImportPlan,
  places: ImportPlaces,
  watch: { readonly nowMs: number; readonly onStep: (step: ImportStep) => void; readonly signal?: AbortSignal },
): Promise<Result<ModelCard, NotImported>> {
  const taken = [...readCards(places.shippedDir), ...readCards(places.ownModelsDir)];
  if (taken.some(({ name, family }) => name === plan.name && family.name !== MADE_ELSEWHERE.name))
    return notImported(`${plan.name} is the name of a model that was not made elsewhere: give it another`);
  const out = mkdtempSync(join(tmpdir(), 'countersign-import-'));
  try {
    const { candleStore, perpetualCandleStore, labCandles, trialBook } = places;
    const stores = { candleStore, perpetualCandleStore, labCandles, trialBook };
    const limits = { memoryBytesMax: DEFAULT_MEMORY.modelBytesMax, trialMsMax: TRIAL_MS_MAX };
    const task = { file, plan, ...stores, out, ...limits, nowMs: watch.nowMs };
    const ended = await judgeApart(task, watch);
    if (watch.signal?.aborted) return CANCELLED;
    if (ended.kind !== 'judged') return notImported(ended.kind === 'refused' ? ended.text : 'it was not judged');
    const { card } = await publishNext(places.ownModelsDir, [places.shippedDir], resultIn(out));
    return ok(readCards(places.ownModelsDir).find((each) => each.name === card.name && each.version === card.version)!);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const draftSchema = cardSchema.omit({ cost: true });

function resultIn(out: string): MadeModel {
  const json = (name: string): unknown => JSON.parse(readFileSync(join(out, name), 'utf8'));
  return {
    model: readFileSync(join(out, RESULT_MODEL)),
    golden: goldenSchema.parse(json(RESULT_GOLDEN)),
    card: draftSchema.parse(json(RESULT_DRAFT)),
  };
}

/** The last that the process said; what it does not survive is a refusal. It bounds its own time. */
async function judgeApart(
  task: ImportTask,
  { onStep, signal }: { readonly onStep: (step: ImportStep) => void; readonly signal?: AbortSignal },
): Promise<ImportMessage> {
  const script = fileURLToPath(new URL('./import-main.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    // It ends itself when this end of its input is gone.
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, bySignal) => resolve(bySignal ? `signal ${bySignal}` : `exit code ${code}`));
  });
  if (signal?.aborted) stop();
  let last: ImportMessage | null = null;
  let at = 'read';
  for await (const line of createInterface({ input: child.stdout })) {
    const message = messageOf(line);
    if (message?.kind === 'step') {
      at = message.text;
      onStep(message);
    } else last = message ?? last;
  }
  const why = await ended;
  signal?.removeEventListener('abort', stop);
  return last ?? { kind: 'refused', text: `it ended the process that judged it, while ${at} (${why})` };
}

/** The runtime may print something of its own. */
function messageOf(line: string): ImportMessage | null {
  try {
    return importMessageSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
