import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { createGeneratedSource, loadRecordedSource, type MarketSource } from './market/index.ts';
import { StoreWriteError } from './store/venue-store.ts';
import { createPracticeVenue, type PracticeVenue } from './venue.ts';
import { anchorMs, type MarketChoice, marketFolder, type VenueInfo, writeInfo } from './venue-folder.ts';

export interface PracticeVenueArgs {
  /** 0 or absent for any free port. */
  readonly port?: number;
  readonly seed?: number;
  /** Folder of recorded candles; plays them instead of a generated market. */
  readonly data?: string;
  readonly speed?: number;
  /** Folder under which each market's account has a folder of its own. */
  readonly dataDir: string;
  readonly json?: boolean;
  /** Ends by itself after a day that nobody used it. */
  readonly idleExit?: boolean;
}

export type StartError = { readonly kind: 'bad-input' | 'failed'; readonly message: string };

const DEFAULT_SEED = 1;
const IDLE_EXIT_MS = 24 * 3_600_000;
const IDLE_CHECK_MS = 60_000;

/** What `seed`, `data` and `speed` choose together. */
export function marketChoice(
  args: Pick<PracticeVenueArgs, 'seed' | 'data' | 'speed'>,
): Result<MarketChoice, StartError> {
  if (args.data !== undefined) {
    if (args.seed !== undefined) return fail({ kind: 'bad-input', message: '--seed and --data exclude each other.' });
    return ok({ kind: 'recorded', dir: args.data, speed: args.speed ?? 1 });
  }
  if (args.speed !== undefined && args.speed !== 1) {
    return fail({ kind: 'bad-input', message: '--speed needs --data: a generated market runs in real time.' });
  }
  return ok({ kind: 'generated', seed: args.seed ?? DEFAULT_SEED });
}

/** Opens the venue of these arguments in this process and writes down how to reach it. */
export async function startPracticeVenue(
  args: PracticeVenueArgs,
  log: (text: string) => void,
): Promise<Result<{ readonly venue: PracticeVenue; readonly info: VenueInfo }, StartError>> {
  const choice = marketChoice(args);
  if (!choice.ok) return choice;
  const folder = marketFolder(args.dataDir, choice.value);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const source = await openSource(choice.value, folder);
    if (!source.ok) return source;
    const port = args.port ?? 0;
    const venue = await createPracticeVenue({ dataDir: folder, source: source.value, port, log, onBug: die });
    const { apiKey, secret, controlToken, symbols, balances, description } = venue;
    const info = {
      port: venue.port,
      pid: process.pid,
      apiKey,
      secret,
      controlToken,
      symbols: [...symbols],
      balances: { ...balances },
      description,
    };
    writeInfo(folder, info);
    return ok({ venue, info });
  } catch (error) {
    return fail({ kind: 'failed', message: (error as Error).message });
  }
}

/**
 * Runs a venue until the process is told to end (SIGTERM, SIGINT) or it has been idle for a day; prints how to reach it
 * when it is ready. Returns the exit code.
 */
export async function runPracticeVenue(args: PracticeVenueArgs): Promise<0 | 1 | 2> {
  const log = (text: string): void => void process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  const started = await startPracticeVenue(args, log);
  if (!started.ok) {
    process.stderr.write(`${started.error.message}\n`);
    return started.error.kind === 'bad-input' ? 2 : 1;
  }
  const { venue, info } = started.value;
  const { pid: _pid, description, ...reach } = info;
  const people = `Practice venue (${description}) on http://127.0.0.1:${info.port}\nAPI key ${info.apiKey}\nsecret  ${info.secret}\n`;
  process.stdout.write(args.json ? `${JSON.stringify({ ...reach, description })}\n` : people);
  await Promise.race([
    untilToldToEnd(),
    ...(args.idleExit === true ? [untilIdle(venue, { idleMs: IDLE_EXIT_MS, checkEveryMs: IDLE_CHECK_MS })] : []),
  ]);
  await venue.close().catch(die);
  return 0;
}

async function openSource(choice: MarketChoice, folder: string): Promise<Result<MarketSource, StartError>> {
  if (choice.kind === 'generated') return ok(createGeneratedSource({ seed: choice.seed }));
  const { dir, speed } = choice;
  const loaded = await loadRecordedSource({ dir, speed, anchorMs: anchorMs(folder, Date.now()) });
  return loaded.ok ? loaded : fail({ kind: 'bad-input', message: loaded.error.message });
}

function untilToldToEnd(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGTERM', done);
    process.once('SIGINT', done);
  });
}

/** Resolves when nobody spoke to the venue for `idleMs`, no client is connected and no order is open. */
export function untilIdle(venue: PracticeVenue, limits: { idleMs: number; checkEveryMs: number }): Promise<void> {
  return new Promise((done) => {
    const timer = setInterval(() => {
      if (venue.isInUse() || Date.now() - venue.lastUsedMs() <= limits.idleMs) return;
      clearInterval(timer);
      done();
    }, limits.checkEveryMs);
    timer.unref();
  });
}

/** After a failed write or a broken invariant nothing in memory can be trusted; what was answered is on disk. */
function die(error: unknown): never {
  if (error instanceof StoreWriteError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  console.error(error);
  process.exit(70);
}

/** Whole number of an argument, or undefined; NaN for nonsense. */
const wholeNumber = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/**
 * Keeps the young generation of the heap small: what the venue allocates dies at once, and a server that runs for days
 * beside the desk should not hold a hundred megabytes for it.
 */
function stayLean(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

if (import.meta.main) {
  stayLean();
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      seed: { type: 'string' },
      data: { type: 'string' },
      speed: { type: 'string' },
      'data-dir': { type: 'string' },
      json: { type: 'boolean' },
      'idle-exit': { type: 'boolean' },
    },
  });
  const numbers = { port: wholeNumber(values.port), seed: wholeNumber(values.seed), speed: wholeNumber(values.speed) };
  const dataDir = values['data-dir'];
  if (
    dataDir === undefined ||
    Object.values(numbers).some((n) => n !== undefined && !(Number.isInteger(n) && n >= 0))
  ) {
    process.stderr.write(
      'usage: --data-dir DIR [--port N] [--seed S | --data DIR [--speed X]] [--json] [--idle-exit]\n',
    );
    process.exit(2);
  }
  const given = Object.fromEntries(Object.entries(numbers).filter(([, n]) => n !== undefined));
  process.exit(
    await runPracticeVenue({
      ...given,
      ...(values.data === undefined ? {} : { data: values.data }),
      dataDir,
      json: values.json ?? false,
      idleExit: values['idle-exit'] ?? false,
    }),
  );
}
