import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FeatureSetIdentity } from '../../engine/inference/protocol.ts';
import { GPU_PROVIDERS, type GpuWay } from '../providers/provider.ts';
import type { ModelVersion } from '../registry/model-folders.ts';

export const probeTaskSchema = z.strictObject({
  modelsDir: z.string(),
  model: z.string(),
  version: z.string(),
  featureSets: z.array(z.strictObject({ name: z.string(), hash: z.string(), features: z.array(z.string()) })),
  memoryBytesMax: z.number().positive(),
  way: z.strictObject({ gpu: z.enum(GPU_PROVIDERS), isHalf: z.boolean() }).nullable(),
  /** Rows that it is asked for at once, at most; null for the most that it ever is. */
  rowsMax: z.int().positive().nullable(),
  /** It ends itself then, should whoever started it be gone. */
  timeoutMs: z.number().positive(),
});
type ProbeTask = z.infer<typeof probeTaskSchema>;

/** What a model took while it was opened and asked. */
export const probedSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    memoryBytes: z.int().nonnegative(),
    rows: z.int().positive(),
    latencyMsP50: z.number().nonnegative(),
    /** How far its answers lie at most from those of its golden rows. */
    apart: z.number().nonnegative(),
  }),
  z.strictObject({ ok: z.literal(false), reason: z.string().min(1) }),
]);
export type Probed = z.infer<typeof probedSchema>;

const TIMEOUT_MS = 60_000;

export interface ProbeTerms {
  readonly memoryBytesMax: number;
  readonly timeoutMs?: number;
  /** Null for the processor. */
  readonly way?: GpuWay | null;
  readonly rowsMax?: number | null;
}

/** Tries a model in a process of its own. Never throws: what that process does not survive is the reason of a refusal. */
export function probeModel(
  { modelsDir, model, version }: ModelVersion,
  featureSets: readonly FeatureSetIdentity[],
  { memoryBytesMax, timeoutMs = TIMEOUT_MS, way = null, rowsMax = null }: ProbeTerms,
): Promise<Probed> {
  const of = { modelsDir, model, version, featureSets: [...featureSets] };
  const task: ProbeTask = { ...of, memoryBytesMax, timeoutMs, way, rowsMax };
  const script = fileURLToPath(new URL('./main.ts', import.meta.url));
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, JSON.stringify(task)],
      { timeout: timeoutMs, killSignal: 'SIGKILL', env },
      (error, stdout) =>
        resolve(verdictOf(stdout) ?? { ok: false, reason: `${model}/${version}: ${whyNone(error, timeoutMs)}.` }),
    );
  });
}

/** The last word counts: the runtime may print something of its own before. */
function verdictOf(stdout: string): Probed | null {
  try {
    const parsed = probedSchema.safeParse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function whyNone(
  error: { killed?: boolean; signal?: NodeJS.Signals | null; code?: unknown } | null,
  timeoutMs: number,
) {
  if (error?.killed) return `it did not come to an end within ${timeoutMs / 1_000} s of being tried`;
  if (error?.signal) return `it ended the process that tried it (signal ${error.signal})`;
  return `it ended the process that tried it (exit code ${String(error?.code ?? 0)})`;
}
