import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeWhole } from '../whole-file.ts';
import { GPU_PROVIDERS, type GpuProvider } from './provider.ts';

const provider = z.enum(GPU_PROVIDERS);
const timeMs = z.int().nonnegative();

const measuredSchema = z.strictObject({
  provider,
  /** Family and size of the net, from `netOfSize`. */
  net: z.string().min(1),
  /** Of the processor's pace, as a multiple; null where the runtime refused. */
  timesAsFast: z.number().positive().nullable(),
  /** See `RaceSaid`; null where the runtime refused. */
  apartShare: z.number().nonnegative().nullable(),
  /** Why it was refused; empty where it ran. */
  why: z.string(),
  atMs: timeMs,
});
/** What a race came to. */
export type Measured = z.infer<typeof measuredSchema>;

const bookSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What was measured: another build or machine measures anew. */
  build: z.string(),
  measured: z.array(measuredSchema),
  /** Those that brought a process down, or failed in a training. */
  quarantined: z.array(z.strictObject({ provider, why: z.string().min(1), atMs: timeMs })),
  /** Written down before a training takes it: where that process ends without a word, this stays behind. */
  inUse: z
    .strictObject({ provider, job: z.string(), sinceMs: timeMs, pid: z.int().positive().exactOptional() })
    .nullable(),
});
type Book = z.infer<typeof bookSchema>;

/** A driver may have been renewed since. */
const HOLDS_MS = 7 * 86_400_000;
const MEASURED_MAX = 200;

export interface ProviderBook {
  measured(provider: GpuProvider, net: string): Measured | null;
  /** Why it is not tried; null where it may be. */
  quarantined(provider: GpuProvider): string | null;
  keep(measured: Omit<Measured, 'atMs'>): void;
  quarantine(provider: GpuProvider, why: string): void;
  /** On disk before the first step there. */
  enter(provider: GpuProvider, job: string): void;
  leave(): void;
  /** Before anything runs: what is still entered ended its process, unless that lives, and is quarantined. Returns which, and why. */
  recover(): { readonly provider: GpuProvider; readonly why: string } | null;
  /** All that holds now. */
  read(): Pick<Book, 'measured' | 'quarantined' | 'inUse'>;
  /** What was measured and quarantined counts no more. */
  forget(): void;
}

/**
 * What is known of this machine's GPUs for training, in a file: how fast each was on nets of a size, and which may not be tried. A file that
 * cannot be read is as none: all of it can be measured again.
 * @param build of the runtime and the machine
 */
export function openProviderBook(path: string, build: string, nowMs: () => number): ProviderBook {
  const empty: Book = { schemaVersion: 1, build, measured: [], quarantined: [], inUse: null };

  /** Afresh each time: the command line may have changed it. */
  function read(): Book {
    const book = readBook(path);
    // What was entered stays, whichever build did it.
    if (book?.build !== build) return { ...empty, inUse: book?.inUse ?? null };
    const holds = ({ atMs }: { atMs: number }): boolean => Math.abs(nowMs() - atMs) < HOLDS_MS;
    return { ...book, measured: book.measured.filter(holds), quarantined: book.quarantined.filter(holds) };
  }

  const change = (changed: Partial<Book>): void =>
    writeWhole(path, Buffer.from(`${JSON.stringify({ ...read(), ...changed }, null, 2)}\n`));

  function quarantine(of: GpuProvider, why: string): void {
    const others = read().quarantined.filter((each) => each.provider !== of);
    change({ quarantined: [...others, { provider: of, why, atMs: nowMs() }], inUse: null });
  }

  return {
    read,
    quarantine,
    measured: (of, net) => read().measured.find((each) => each.provider === of && each.net === net) ?? null,
    quarantined: (of) => read().quarantined.find((each) => each.provider === of)?.why ?? null,
    keep(measured) {
      const others = read().measured.filter(
        ({ provider: of, net }) => of !== measured.provider || net !== measured.net,
      );
      change({ measured: [...others, { ...measured, atMs: nowMs() }].slice(-MEASURED_MAX) });
    },
    enter: (of, job) => change({ inUse: { provider: of, job, sinceMs: nowMs(), pid: process.pid } }),
    leave: () => change({ inUse: null }),
    recover() {
      const { inUse } = read();
      if (inUse === null || isAnothers(inUse.pid)) return null;
      const why = `the process that trained on it (${inUse.job}) ended without a word`;
      quarantine(inUse.provider, why);
      return { provider: inUse.provider, why };
    },
    forget() {
      if (readBook(path) !== null) change({ measured: [], quarantined: [] });
    },
  };
}

/** Whether a process beside this one has it: the terminal and the command line may train at once. */
function isAnothers(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readBook(path: string): Book | null {
  try {
    const read = bookSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
