import { type Command, Option } from 'commander';
import { barCount, count, positive, scenarioCount, share } from './arguments.ts';
import { run } from './run.ts';

/** What a crossing of averages is traded with. */
const marketOptions = (command: Command): Command =>
  command
    .option('--fee <RATE>', 'of price × quantity', share, 0.001)
    .option('--size <BASE>', 'quantity of an entry', positive, 1)
    .option('--cash <QUOTE>', 'what the account starts with', positive, 1_000_000)
    .addOption(
      new Option('--fill <WHEN>', 'where an order fills').choices(['next-open', 'same-close']).default('next-open'),
    );

/** `bench`. Each command loads what it needs when it runs, so that all start fast. */
export function addBenchCommands(program: Command): void {
  const bench = program.command('bench').description('speed, one line of JSON per verb');
  bench
    .command('indicators')
    .requiredOption('--candles <CSV>', 'candle file')
    .option('--reps <N>', 'repetitions in one process', count, 5)
    .action((options) =>
      run(async () => (await import('../commands/bench.ts')).benchIndicatorsVerb(options.candles, options.reps)),
    );

  marketOptions(bench.command('sma-cross'))
    .requiredOption('--candles <CSV>', 'candle file')
    .option('--fast <N>', 'bars of the fast average', count, 10)
    .option('--slow <N>', 'bars of the slow average', count, 30)
    .option('--reps <N>', 'runs in one process, the first one cold', count, 15)
    .action((options) =>
      run(async () =>
        (await import('../commands/bench.ts')).benchSmaCrossVerb({
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

  marketOptions(bench.command('sweep'))
    .requiredOption('--candles <CSV>', 'candle file')
    .option('--reps <N>', 'sweeps in one process, the first one cold', count, 5)
    .action((options) =>
      run(async () =>
        (await import('../commands/bench.ts')).benchSweepVerb({
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
    .command('scale')
    .description('time and memory of a run as bars and instruments grow; each call is a process of its own')
    .option('--bars <N>', 'of each instrument', barCount, 1_000_000)
    .option('--instruments <N>', 'in one account', count, 1)
    .option('--judge', 'judge the run too, which runs it some two hundred times', false)
    .action((options) => run(async () => (await import('../commands/bench.ts')).benchScaleVerb(options)));

  bench
    .command('candles')
    .requiredOption('--candles <FILE>', 'candle file, put into a store of its own')
    .option('--reps <N>', 'loads in one process, the first one cold', count, 5)
    .action((options) =>
      run(async () => (await import('../commands/bench.ts')).benchCandlesVerb(options.candles, options.reps)),
    );

  bench
    .command('ticks')
    .requiredOption('--feed <F64>', 'rows of six float64: kind, exchange time, local time, side, price, quantity')
    .option('--reps <N>', 'runs in one process, the first one cold', count, 5)
    .action((options) =>
      run(async () => (await import('../commands/bench.ts')).benchTicksVerb(options.feed, options.reps)),
    );

  bench
    .command('var')
    .requiredOption('--returns <CSV>', 'returns of the assets, one column each')
    .option('--scenarios <N>', 'how many to simulate', scenarioCount, 10_000)
    .option('--reps <N>', 'runs in one process, the first one cold', count, 5)
    .action((options) =>
      run(async () => {
        const { returns: returnsFile, scenarios, reps } = options;
        return (await import('../commands/bench.ts')).benchVarVerb({ returnsFile, scenarios, reps });
      }),
    );
}
