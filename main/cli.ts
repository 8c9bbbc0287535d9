#!/usr/bin/env node
import './require-node.ts';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Outcome, report } from './commands/output.ts';
import { TIMEFRAMES } from './engine/domain/candle.ts';
import { PRODUCT_VERSION } from './product.ts';

// `npm run cli` starts in the repository; files are meant from where the person stands.
if (process.env.npm_lifecycle_event === 'cli' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

/** Commands load what they need when they run, so that each starts fast. */
const program = new Command('countersign');
let json = false;

function run(command: () => Promise<Outcome | null> | Outcome | null): Promise<void> {
  return Promise.resolve()
    .then(command)
    .then((outcome) => {
      if (outcome) report(outcome, json);
    })
    .catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${text}\n`);
      if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: text })}\n`);
      process.exitCode = 1;
    });
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535.');
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new InvalidArgumentError('a seed is a whole number from 0 to 4294967295.');
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000) {
    throw new InvalidArgumentError('a count is a whole number from 1 to 1000.');
  }
  return value;
}

function scenarioCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 100 || value > 10_000_000)
    throw new InvalidArgumentError('scenarios are a whole number from 100 to 10000000.');
  return value;
}

function trialCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new InvalidArgumentError('trials are a whole number from 1 to 100000.');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('a number above zero is needed.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('a share from 0 to below 1 is needed.');
  return value;
}

function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('a number from 0 on is needed.');
  return value;
}

function speed(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 1_000)) throw new InvalidArgumentError('a speed is a number from 1 to 1000.');
  return value;
}

const listed = (text: string, before: string[] = []): string[] => [...before, text];

const seedOption = () =>
  new Option('--seed <S>', 'generated market of this seed').argParser(seed).conflicts(['data', 'practice']);
const dataOption = () =>
  new Option('--data <DIR>', 'recorded candles of this folder, mapped onto now').conflicts('practice');
const dataDirOption = () =>
  new Option('--data-dir <DIR>', 'where the state lives (default: the platform’s user-data folder)');

program
  .description('Models propose, risk gates, you countersign.')
  .option('--json', 'print one JSON object on stdout')
  .version(PRODUCT_VERSION)
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) })
  .hook('preAction', (_root, command) => {
    json = command.optsWithGlobals().json === true;
  });

program
  .command('serve')
  .description('the engine and its screens in the browser')
  .option('--port <N>', 'port of the screens (default: any free one)', port, 0)
  .option('--no-open', 'do not open a browser')
  .option('--strategy <NAME@TIMEFRAME>', 'a strategy that proposes too, e.g. sma-cross@5m (repeat for more)', listed)
  .option('--param <NAME=VALUE>', 'a parameter of it', listed)
  .addOption(seedOption())
  .addOption(dataOption())
  .addOption(new Option('--practice <URL>', 'a practice venue that runs already: http://127.0.0.1:PORT'))
  .addOption(dataDirOption())
  .action((options) =>
    run(async () => {
      const { serve } = await import('./commands/serve.ts');
      return serve({ ...options, json });
    }),
  );

program
  .command('practice-venue')
  .description('the practice venue alone')
  .option('--port <N>', 'its port (default: any free one)', port, 0)
  .addOption(seedOption())
  .addOption(dataOption())
  .option('--speed <X>', 'recorded time runs X times as fast', speed, 1)
  .addOption(dataDirOption())
  .action((options) =>
    run(async () => {
      const { practiceVenue } = await import('./commands/practice-venue.ts');
      return practiceVenue({ ...options, json });
    }),
  );

const candles = program.command('candles').description('candle files');
candles
  .command('check <file>')
  .description('order, gaps, duplicates, high and low')
  .action((file: string) => run(async () => (await import('./commands/candles.ts')).candlesCheck(file)));
candles
  .command('export <from> <to>')
  .description('between CSV, gzipped CSV and Parquet, by the names')
  .action((from: string, to: string) =>
    run(async () => (await import('./commands/candles.ts')).candlesExport(from, to)),
  );
candles
  .command('import <file>')
  .description('into the stores that backtests and charts read')
  .requiredOption('--instrument <ID>', 'e.g. binance:BTC/USDT')
  .option('--account <NAME>', 'whose charts', 'practice-generated-1')
  .addOption(dataDirOption())
  .action((file: string, options) =>
    run(async () =>
      (await import('./commands/candles.ts')).candlesImport(file, options.instrument, options.account, options.dataDir),
    ),
  );

candles
  .command('fetch')
  .description(
    'a venue’s history, through ccxt, into the store that backtests read; the same again goes on where it broke off',
  )
  .requiredOption('--venue <NAME>', 'ccxt’s name, e.g. binance')
  .requiredOption('--symbol <SYMBOL>', 'e.g. BTC/USDT')
  .addOption(new Option('--timeframe <TF>', 'length of a candle').choices(TIMEFRAMES).default('1h'))
  .requiredOption('--from <DATE>', 'e.g. 2024-01-01, UTC')
  .option('--to <DATE>', 'not included (default: now)')
  .option('--practice <URL>', 'ask the practice venue at http://127.0.0.1:PORT instead')
  .addOption(dataDirOption())
  .action((options) => run(async () => (await import('./commands/candles-fetch.ts')).candlesFetch(options)));
candles
  .command('stored')
  .description('what is in the store that backtests read, each file checked')
  .addOption(dataDirOption())
  .action((options) => run(async () => (await import('./commands/candles-fetch.ts')).candlesStored(options.dataDir)));

const ticks = program.command('ticks').description('recorded depth and trades');
ticks
  .command('import <files...>')
  .description('Tardis, Binance’s dumps or recorded streams into one feed file')
  .requiredOption('--out <FEED>', 'the feed file')
  .option('--delay-ms <MS>', 'from the exchange to us, where the source does not say', notNegative, 10)
  .action((files: readonly string[], options) =>
    run(async () => (await import('./commands/ticks.ts')).ticksImport(files, options)),
  );
ticks
  .command('replay <feed>')
  .description('a strategy over recorded depth and trades: orders wait in the queue or take what the book shows')
  .requiredOption('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross')
  .option('--param <NAME=VALUE>', 'a parameter of it (repeat for more)', listed)
  .addOption(new Option('--candle <TF>', 'length of the candles it is given').choices(TIMEFRAMES).default('1m'))
  .option('--cash <QUOTE>', 'what the account starts with', positive)
  .option('--maker-fee <RATE>', 'of what rests', share)
  .option('--taker-fee <RATE>', 'of what takes', share)
  .option('--latency-ms <MS>', 'to the venue and back', notNegative)
  .option('--shorts', 'positions below zero')
  .option('--out <DIR>', 'write trades.csv and equity.csv there')
  .action((file: string, options) => run(async () => (await import('./commands/ticks.ts')).ticksReplay(file, options)));
ticks
  .command('info <feed>')
  .description('what a feed file says of itself')
  .action((file: string) => run(async () => (await import('./commands/ticks.ts')).ticksInfo(file)));

program
  .command('indicators <file>')
  .description('the indicator library over a candle file')
  .requiredOption('--set <LIST>', 'e.g. sma:20,rsi:14,macd:12:26:9, or talib for everything')
  .option('--out <CSV>', 'write to this file instead of stdout')
  .action((file: string, options) =>
    run(async () => (await import('./commands/indicators.ts')).indicators(file, options.set, options.out)),
  );

/** On what a strategy runs and under which rules: the same for one run and for a sweep. */
const strategyOptions = (command: Command): Command =>
  command
    .option('--with <FILE>', 'candles of another instrument (repeat for more)', listed)
    .addOption(new Option('--rules <RULES>', 'what a run costs').choices(['reference', 'realistic']))
    .option('--cash <QUOTE>', 'what the account starts with', positive)
    .option('--fee-rate <RATE>', 'of price × quantity, at entry and exit', share)
    .option('--slippage-bps <BPS>', 'half the spread, and what else each taker pays', notNegative)
    .option('--impact <Y>', 'factor of the square-root law; 0 for none', notNegative)
    .option('--latency-ms <MS>', 'from a close to the order at the venue', notNegative)
    .option('--volume-share <F>', 'of a bar’s volume that may be traded', positive)
    .option('--leverage <X>', 'position over equity at most', positive)
    .option('--shorts', 'positions below zero, as on margin or a perpetual')
    .option('--funding <CSV>', 'timestamp_ms,funding_rate,mark_price of a perpetual')
    .option('--predictions <CSV>', 'timestamp_ms,probability: a model’s word at each close')
    .option('--finer <FILE>', 'finer candles: which of stop and target came first inside a bar')
    .addOption(dataDirOption());

strategyOptions(program.command('backtest <candles>'))
  .description('one run over a candle file, or stored candles such as binance:BTC/USDT@1h')
  .option('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross, or a file of your own: ./mine.ts')
  .option('--param <NAME=VALUE>', 'a parameter of it (repeat for more)', listed)
  .addOption(
    new Option('--gear <GEAR>', 'fast: bars alone; exact: the live engine over history')
      .choices(['fast', 'exact'])
      .default('fast'),
  )
  .option('--person <HABITS>', 'with --gear exact: who approves; day, or delay=15,spread=0.7,sleep=22-6,approves=0.9')
  .option('--seed <S>', 'of the person’s answers', seed, 1)
  .option('--signals <FILE>', 'CSV: timestamp_ms and enter_long, exit_long, enter_short, exit_short as 0 or 1')
  .addOption(new Option('--sizing <KIND>', 'size of an entry, with --signals').choices(['fixed', 'fraction']))
  .option('--qty <BASE>', 'quantity of an entry, with --sizing fixed', positive)
  .option('--fraction <F>', 'share of equity in an entry, with --sizing fraction', positive)
  .option('--stop-loss-pct <S>', 'with --signals: stop this share away from the close that spoke: 0.02 is 2 %', share)
  .option('--take-profit-pct <T>', 'with --signals: target this share away', positive)
  .option('--out <DIR>', 'write trades.csv and equity.csv there')
  .option('--store', 'keep the run of a strategy, judged, with its report, among the experiments')
  .action((file: string, options) =>
    run(async () => {
      if (options.strategy === undefined)
        return (await import('./commands/backtest-signals.ts')).backtestSignals(file, options);
      if (/\.[jt]s$/.test(options.strategy))
        return (await import('./commands/backtest-file.ts')).backtestFile(file, options);
      if (options.gear === 'exact') return (await import('./commands/backtest-exact.ts')).backtestExact(file, options);
      return (await import('./commands/backtest.ts')).backtest(file, options);
    }),
  );

strategyOptions(program.command('sweep <candles>'))
  .description('every setting of a grid, on all cores')
  .requiredOption('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross')
  .requiredOption('--grid <NAME=FROM:TO:STEP>', 'values of a parameter; or NAME=VALUE,VALUE (repeat for more)', listed)
  .option('--param <NAME=VALUE>', 'a parameter that stays (repeat for more)', listed)
  .option('--threads <N>', 'worker threads (default: one per core)', count)
  .option('--out <CSV>', 'write every setting with its result there')
  .action((file: string, options) => run(async () => (await import('./commands/sweep.ts')).sweep(file, options)));

strategyOptions(program.command('search <candles>'))
  .description('looks for good settings on all cores, and says how far the best deserves trust')
  .requiredOption('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross')
  .requiredOption('--range <NAME=FROM:TO>', 'where a parameter is searched (repeat for more)', listed)
  .option('--param <NAME=VALUE>', 'a parameter that stays (repeat for more)', listed)
  .addOption(new Option('--method <HOW>', 'what is tried next').choices(['tpe', 'random', 'grid']).default('tpe'))
  .option(
    '--objective <LIST>',
    'of return, sharpe, drawdown, turnover; the first one decides',
    'sharpe,drawdown,turnover',
  )
  .option('--trials <N>', 'settings to try', trialCount, 100)
  .option('--hold-out <SHARE>', 'the last part of the time, which no trial sees', share, 0.25)
  .option('--no-prune', 'run every setting to the end')
  .option('--seed <S>', 'of what is tried', seed, 1)
  .option('--threads <N>', 'worker threads (default: one per core)', count)
  .option('--log <FILE>', 'write each trial there; the same search goes on where it broke off')
  .option('--no-store', 'do not count the trials among the experiments: later verdicts will not know of them')
  .action((file: string, options) => run(async () => (await import('./commands/search.ts')).search(file, options)));

const risk = program.command('risk').description('figures of a portfolio from a file of its assets’ returns');
for (const [name, description] of [
  ['var', 'value at risk and expected shortfall, from history and simulated'],
  ['stress', 'what worse times would cost'],
] as const) {
  risk
    .command(`${name} <file>`)
    .description(description)
    .option('--weights <LIST>', 'shares by name: BTC=0.6,ETH=0.4 (default: all alike)')
    .option('--horizon <N>', 'periods ahead, each as long as a row’s', count, 24)
    .option('--scenarios <N>', 'how many to simulate', scenarioCount, 10_000)
    .option('--seed <S>', 'of the simulation', seed, 1)
    .action((file: string, options) =>
      run(async () => {
        const { riskStress, riskVar } = await import('./commands/risk.ts');
        return name === 'var' ? riskVar(file, options) : riskStress(file, options);
      }),
    );
}

const experiments = program.command('experiments').description('backtests that were run');
const experimentsModule = () => import('./commands/experiments.ts');
experiments
  .command('list')
  .description('newest first')
  .option('--strategy <NAME>', 'of this strategy')
  .option('--tag <NAME>', 'with this tag')
  .addOption(dataDirOption())
  .action((options) => run(async () => (await experimentsModule()).experimentsList(options)));
experiments
  .command('show <id>')
  .description('what was run, what it came to, where its files are; the beginning of an id will do')
  .addOption(dataDirOption())
  .action((id: string, options) => run(async () => (await experimentsModule()).experimentsShow(id, options)));
experiments
  .command('compare <ids...>')
  .description('figures beside each other, what differs, and of two whether one did better')
  .addOption(dataDirOption())
  .action((ids: readonly string[], options) =>
    run(async () => (await experimentsModule()).experimentsCompare(ids, options)),
  );
experiments
  .command('tag <id> <names...>')
  .description('puts tags on; one written as -- -name comes off')
  .addOption(dataDirOption())
  .action((id: string, names: readonly string[], options) =>
    run(async () => (await experimentsModule()).experimentsTag(id, names, options)),
  );
experiments
  .command('note <id> <text>')
  .description('in place of the note before')
  .addOption(dataDirOption())
  .action((id: string, text: string, options) =>
    run(async () => (await experimentsModule()).experimentsNote(id, text, options)),
  );
experiments
  .command('best')
  .description('the best run by one stated rule')
  .option('--min-trades <N>', 'fewer are too few', count, 30)
  .option('--max-drawdown <PCT>', 'deeper is too deep', positive, 30)
  .option('--strategy <NAME>', 'of this strategy')
  .addOption(dataDirOption())
  .action((options) => run(async () => (await experimentsModule()).experimentsBest(options)));
experiments
  .command('export <ids...>')
  .description('to an MLflow tracking server; a token is read from MLFLOW_TRACKING_TOKEN')
  .requiredOption('--mlflow <URL>', 'of the server')
  .option('--experiment <NAME>', 'under this name there', 'countersign')
  .addOption(dataDirOption())
  .action((ids: readonly string[], options) =>
    run(async () => (await experimentsModule()).experimentsExport(ids, options)),
  );

program
  .command('gap <data-dir>')
  .description(
    'what was done beside what the robot would have done, split into signal, missed approvals, latency, slippage, fees',
  )
  .option('--days <N>', 'the last so many', count, 7)
  .option('--fee-rate <RATE>', 'what the robot pays, of price × quantity', share, 0.001)
  .option('--until <TIME>', 'in place of now')
  .action((dir: string, options) => run(async () => (await import('./commands/gap.ts')).gap(dir, options)));

const journal = program.command('journal').description('the log of everything that happened');
journal
  .command('verify <data-dir>')
  .description('checks chain, head and projections')
  .action((dir: string) => run(async () => (await import('./commands/journal.ts')).journalVerify(dir)));
journal
  .command('replay <data-dir>')
  .description('replays the inputs and compares the decision hash')
  .action((dir: string) => run(async () => (await import('./commands/journal.ts')).journalReplay(dir)));

program
  .command('doctor')
  .description('what works on this machine')
  .addOption(dataDirOption())
  .action((options) => run(async () => (await import('./commands/doctor.ts')).doctor(options.dataDir)));

const bench = program.command('bench').description('speed, one line of JSON per verb');
bench
  .command('indicators')
  .requiredOption('--candles <CSV>', 'candle file')
  .option('--reps <N>', 'repetitions in one process', count, 5)
  .action((options) =>
    run(async () => (await import('./commands/bench.ts')).benchIndicatorsVerb(options.candles, options.reps)),
  );

bench
  .command('sma-cross')
  .requiredOption('--candles <CSV>', 'candle file')
  .option('--fast <N>', 'bars of the fast average', count, 10)
  .option('--slow <N>', 'bars of the slow average', count, 30)
  .option('--fee <RATE>', 'of price × quantity', share, 0.001)
  .option('--size <BASE>', 'quantity of an entry', positive, 1)
  .option('--cash <QUOTE>', 'what the account starts with', positive, 1_000_000)
  .addOption(
    new Option('--fill <WHEN>', 'where an order fills').choices(['next-open', 'same-close']).default('next-open'),
  )
  .option('--reps <N>', 'runs in one process, the first one cold', count, 15)
  .action((options) =>
    run(async () =>
      (await import('./commands/bench.ts')).benchSmaCrossVerb({
        candlesFile: options.candles,
        fast: options.fast,
        slow: options.slow,
        qtyBase: options.size,
        cashQuote: options.cash,
        feeRate: options.fee,
        fill: options.fill,
        reps: options.reps,
      }),
    ),
  );

bench
  .command('sweep')
  .requiredOption('--candles <CSV>', 'candle file')
  .option('--fee <RATE>', 'of price × quantity', share, 0.001)
  .option('--size <BASE>', 'quantity of an entry', positive, 1)
  .option('--cash <QUOTE>', 'what the account starts with', positive, 1_000_000)
  .addOption(
    new Option('--fill <WHEN>', 'where an order fills').choices(['next-open', 'same-close']).default('next-open'),
  )
  .option('--reps <N>', 'sweeps in one process, the first one cold', count, 5)
  .action((options) =>
    run(async () =>
      (await import('./commands/bench.ts')).benchSweepVerb({
        candlesFile: options.candles,
        qtyBase: options.size,
        cashQuote: options.cash,
        feeRate: options.fee,
        fill: options.fill,
        reps: options.reps,
      }),
    ),
  );

bench
  .command('candles')
  .requiredOption('--candles <FILE>', 'candle file, put into a store of its own')
  .option('--reps <N>', 'loads in one process, the first one cold', count, 5)
  .action((options) =>
    run(async () => (await import('./commands/bench.ts')).benchCandlesVerb(options.candles, options.reps)),
  );

bench
  .command('ticks')
  .requiredOption('--feed <F64>', 'rows of six float64: kind, exchange time, local time, side, price, quantity')
  .option('--reps <N>', 'runs in one process, the first one cold', count, 5)
  .action((options) =>
    run(async () => (await import('./commands/bench.ts')).benchTicksVerb(options.feed, options.reps)),
  );

bench
  .command('var')
  .requiredOption('--returns <CSV>', 'returns of the assets, one column each')
  .option('--scenarios <N>', 'how many to simulate', scenarioCount, 10_000)
  .option('--reps <N>', 'runs in one process, the first one cold', count, 5)
  .action((options) =>
    run(async () => {
      const { returns: returnsFile, scenarios, reps } = options;
      return (await import('./commands/bench.ts')).benchVarVerb({ returnsFile, scenarios, reps });
    }),
  );

for (const command of [
  program,
  ...program.commands,
  ...candles.commands,
  ...ticks.commands,
  ...experiments.commands,
  ...risk.commands,
  ...journal.commands,
  ...bench.commands,
]) {
  command.exitOverride().showSuggestionAfterError(false);
  if (command !== program) command.addOption(new Option('--json', 'print one JSON object on stdout'));
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version end well; everything else that commander objects to is bad usage.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
  if (process.exitCode === 2 && process.argv.includes('--json')) {
    const text = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
    process.stdout.write(`${JSON.stringify({ ok: false, error: text })}\n`);
  }
}
