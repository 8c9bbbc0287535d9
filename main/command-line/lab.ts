import { type Command, Option } from 'commander';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
import {
  count,
  dataDirOption,
  listed,
  notNegative,
  positive,
  scenarioCount,
  seed,
  share,
  trialCount,
} from './arguments.ts';
import { type BacktestKind, misplacedOption } from './backtest-kind.ts';
import { run } from './run.ts';

/** `backtest`, `sweep`, `search`, `risk`, `experiments`. Each command loads what it needs when it runs, so that all start fast. */
export function addLabCommands(program: Command): void {
  /** On what a strategy runs and under which rules: the same for one run and for a sweep. */
  const strategyOptions = (command: Command): Command =>
    command
      .option('--with <FILE>', 'candles of another instrument (repeat for more)', listed)
      .addOption(new Option('--rules <RULES>', 'what a run costs').choices(['reference', 'realistic']))
      .option('--cash <QUOTE>', 'what the account starts with', positive)
      .option('--fee-rate <RATE>', 'of price × quantity, at entry and exit', share)
      .option('--maker-fee <RATE>', 'of what rests in the book, where that is another one', share)
      .option('--slippage-bps <BPS>', 'half the spread, and what else each taker pays', notNegative)
      .option('--impact <Y>', 'factor of the square-root law; 0 for none', notNegative)
      .option('--latency-ms <MS>', 'from a close to the order at the venue', notNegative)
      .option('--volume-share <F>', 'of a bar’s volume that may be traded', positive)
      .option('--leverage <X>', 'position over equity at most', positive)
      .option('--shorts', 'positions below zero, as on margin or a perpetual')
      .option('--funding <CSV>', 'timestamp_ms,funding_rate,mark_price of a perpetual')
      .option('--predictions <CSV>', 'timestamp_ms,probability: a model’s word at each close')
      .option('--model <NAME>', 'a model that ships, asked about every candle in place of --predictions')
      .option('--finer <FILE>', 'finer candles: which of stop and target came first inside a bar')
      .addOption(dataDirOption());

  strategyOptions(program.command('backtest <candles>'))
    .description('one run over a candle file, stored candles such as binance:BTC/USDT@1h, or depth and trades')
    .option('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross, or a file of your own: ./mine.ts')
    .option('--param <NAME=VALUE>', 'a parameter of it (repeat for more)', listed)
    .addOption(
      new Option('--gear <GEAR>', 'fast: bars alone; exact: the live engine over history')
        .choices(['fast', 'exact'])
        .default('fast'),
    )
    .option('--person <HABITS>', 'with --gear exact: who approves; day, or delay=15,spread=0.7,sleep=22-6,approves=0.9')
    .option('--mandate <LIMITS>', 'what signs by itself: notional=2000,probability=0.55,hours=7-22,until=2024-06-30')
    .option('--suppose <P>', 'with --mandate: as if the strategy had a measured edge, of this probability', share)
    .option('--seed <S>', 'of the person’s answers', seed, 1)
    .option('--signals <FILE>', 'CSV: timestamp_ms and enter_long, exit_long, enter_short, exit_short as 0 or 1')
    .addOption(new Option('--sizing <KIND>', 'size of an entry, with --signals').choices(['fixed', 'fraction']))
    .option('--qty <BASE>', 'quantity of an entry, with --sizing fixed', positive)
    .option('--fraction <F>', 'share of equity in an entry, with --sizing fraction', positive)
    .option('--stop-loss-pct <S>', 'with --signals: stop this share away from the close that spoke: 0.02 is 2 %', share)
    .option('--take-profit-pct <T>', 'with --signals: target this share away', positive)
    .addOption(
      new Option('--candle <TF>', 'over depth and trades: length of the candles it is given')
        .choices(TIMEFRAMES)
        .default('1m'),
    )
    .option('--out <DIR>', 'write trades.csv and equity.csv there')
    .option('--store', 'keep the run of a strategy, judged, with its report, among the experiments')
    .action((file: string, options, command: Command) =>
      run(async () => {
        const kind = await backtestKind(file, options);
        const misplaced = misplacedOption(command, kind);
        if (misplaced !== null) return (await import('../commands/output.ts')).badInput(misplaced);
        switch (kind) {
          case 'ticks':
            return (await import('../commands/backtest-ticks.ts')).backtestTicks(file, options);
          case 'signals':
            return (await import('../commands/backtest-signals.ts')).backtestSignals(file, options);
          case 'exact':
            return (await import('../commands/backtest-exact.ts')).backtestExact(file, options);
          case 'fast':
            return (await import('../commands/backtest.ts')).backtest(file, options);
        }
      }),
    );

  strategyOptions(program.command('sweep <candles>'))
    .description('every setting of a grid, on all cores')
    .requiredOption('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross, or a file of your own: ./mine.ts')
    .requiredOption(
      '--grid <NAME=FROM:TO:STEP>',
      'values of a parameter; or NAME=VALUE,VALUE (repeat for more)',
      listed,
    )
    .option('--param <NAME=VALUE>', 'a parameter that stays (repeat for more)', listed)
    .option('--threads <N>', 'worker threads (default: one per core)', count)
    .option('--out <CSV>', 'write every setting with its result there')
    .option('--store', 'count every setting among the experiments, and keep the best one, judged')
    .action((file: string, options) => run(async () => (await import('../commands/sweep.ts')).sweep(file, options)));

  strategyOptions(program.command('search <candles>'))
    .description('looks for good settings on all cores, and says how far the best deserves trust')
    .requiredOption('--strategy <NAME>', 'a strategy that ships, e.g. sma-cross, or a file of your own: ./mine.ts')
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
    .action((file: string, options) => run(async () => (await import('../commands/search.ts')).search(file, options)));

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
          const { riskStress, riskVar } = await import('../commands/risk.ts');
          return name === 'var' ? riskVar(file, options) : riskStress(file, options);
        }),
      );
  }

  const experiments = program.command('experiments').description('backtests that were run');
  const experimentsModule = () => import('../commands/experiments.ts');
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
}

async function backtestKind(
  file: string,
  given: { readonly strategy?: string; readonly gear: 'fast' | 'exact' },
): Promise<BacktestKind> {
  if (given.strategy === undefined) return 'signals';
  const { isTicks } = await import('../lab/ticks/read-ticks.ts');
  return (await isTicks(file)) ? 'ticks' : given.gear;
}
