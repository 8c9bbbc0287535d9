import { join } from 'node:path';
import { openDataFolder } from '../data-folder.ts';
import { BadInputError, type PracticeChoice, startHost } from '../host.ts';
import { PRODUCT_ROOT } from '../product.ts';
import { keptConnectionToken } from '../web/connection-token.ts';
import { startWebServer } from '../web/server.ts';
import { badInput, type Outcome } from './output.ts';
import { isSymbol, readStrategies } from './serve-strategies.ts';

export interface ServeOptions {
  readonly port: number;
  readonly open: boolean;
  readonly json: boolean;
  readonly seed?: number;
  readonly data?: string;
  readonly practice?: string;
  readonly dataDir?: string;
  /** `sma-cross@5m` or `./mine.ts@5m`, one or more. */
  readonly strategy?: readonly string[];
  readonly param?: readonly string[];
  /** Prints and book of this instrument are written down. */
  readonly record?: string;
  readonly recordMb?: number;
}

/** Some weeks of one instrument. */
const RECORD_MB = 1_024;

export function practiceChoice(options: Pick<ServeOptions, 'seed' | 'data' | 'practice'>): PracticeChoice {
  if (options.practice !== undefined) return { kind: 'running', url: options.practice };
  if (options.data !== undefined) return { kind: 'recorded', dir: options.data };
  return { kind: 'generated', ...(options.seed !== undefined && { seed: options.seed }) };
}

/** `serve`: the engine in this process, its screens on loopback; ends on SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<Outcome | null> {
  if (options.param && !options.strategy)
    return badInput(`--param ${options.param[0]} is of a strategy, and none is given: --strategy NAME@TIMEFRAME`);
  const strategies = options.strategy && (await readStrategies(options.strategy, options.param ?? []));
  if (strategies && !strategies.ok) return badInput(strategies.error.message);
  if (options.record !== undefined && !isSymbol(options.record))
    return badInput(`--record ${options.record}: an instrument is named as BTC/USDT, a perpetual as BTC/USDT:USDT`);
  const { ensureScreenBuilt } = await import('../screen-build.ts');
  await ensureScreenBuilt((text) => process.stderr.write(`${text}\n`));
  const host = await startHost({
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
    practice: practiceChoice(options),
    ...(strategies && { strategies: strategies.value }),
    ...(options.record !== undefined && {
      record: { symbol: options.record, bytesMax: (options.recordMb ?? RECORD_MB) * 1_048_576 },
    }),
    onLog: (text) => process.stderr.write(`${text}\n`),
  }).catch((error: unknown) => {
    if (error instanceof BadInputError) return badInput(error.message);
    throw error;
  });
  if ('exit' in host) return host;
  const server = await startWebServer({
    router: host.gateway.router,
    rendererDir: join(PRODUCT_ROOT, 'dist/renderer'),
    port: options.port,
    token: keptConnectionToken(openDataFolder(options.dataDir).screenToken),
    onProblem: (text) => process.stderr.write(`${text}\n`),
  }).catch(async (error: unknown) => {
    await host.close();
    throw error;
  });
  let closing = false;
  const close = (): void => {
    if (closing) process.exit(1);
    closing = true;
    void server
      .close()
      .then(() => host.close())
      .then(() => process.exit(0));
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
  if (options.json) process.stdout.write(`${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
  else process.stdout.write(`Countersign is ready. Open ${server.url}\n`);
  if (options.open) {
    const { default: open } = await import('open');
    await open(server.url).catch(() => process.stderr.write('No browser could be opened; use the address above.\n'));
  }
  return null;
}
