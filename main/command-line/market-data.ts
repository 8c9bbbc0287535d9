import { type Command, Option } from 'commander';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
import { dataDirOption, listed, notNegative, positive, share } from './arguments.ts';
import { run } from './run.ts';

/** `candles`, `ticks`, `indicators`. Each command loads what it needs when it runs, so that all start fast. */
export function addMarketDataCommands(program: Command): void {
  const candles = program.command('candles').description('candle files');
  candles
    .command('check <file>')
    .description('order, gaps, duplicates, high and low')
    .action((file: string) => run(async () => (await import('../commands/candles.ts')).candlesCheck(file)));
  candles
    .command('export <from> <to>')
    .description('between CSV, gzipped CSV and Parquet, by the names')
    .action((from: string, to: string) =>
      run(async () => (await import('../commands/candles.ts')).candlesExport(from, to)),
    );
  candles
    .command('import <file>')
    .description('into the stores that backtests and charts read')
    .requiredOption('--instrument <ID>', 'e.g. binance:BTC/USDT')
    .option('--account <NAME>', 'whose charts', 'practice-generated-1')
    .addOption(dataDirOption())
    .action((file: string, options) =>
      run(async () =>
        (await import('../commands/candles.ts')).candlesImport(
          file,
          options.instrument,
          options.account,
          options.dataDir,
        ),
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
    .action((options) => run(async () => (await import('../commands/candles-fetch.ts')).candlesFetch(options)));
  candles
    .command('stored')
    .description('what is in the store that backtests read, each file checked')
    .addOption(dataDirOption())
    .action((options) =>
      run(async () => (await import('../commands/candles-fetch.ts')).candlesStored(options.dataDir)),
    );

  const ticks = program.command('ticks').description('recorded depth and trades');
  ticks
    .command('import <files...>')
    .description('Tardis, Binance’s dumps or recorded streams into one feed file')
    .requiredOption('--out <FEED>', 'the feed file')
    .option('--delay-ms <MS>', 'from the exchange to us, where the source does not say', notNegative, 10)
    .action((files: readonly string[], options) =>
      run(async () => (await import('../commands/ticks.ts')).ticksImport(files, options)),
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
    .action((file: string, options) =>
      run(async () => (await import('../commands/ticks.ts')).ticksReplay([file], options)),
    );
  ticks
    .command('info <feed>')
    .description('what a feed file says of itself')
    .action((file: string) => run(async () => (await import('../commands/ticks.ts')).ticksInfo(file)));

  program
    .command('indicators <file>')
    .description('the indicator library over a candle file')
    .requiredOption('--set <LIST>', 'e.g. sma:20,rsi:14,macd:12:26:9, or talib for everything')
    .option('--out <CSV>', 'write to this file instead of stdout')
    .action((file: string, options) =>
      run(async () => (await import('../commands/indicators.ts')).indicators(file, options.set, options.out)),
    );
}
