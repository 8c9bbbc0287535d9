import { type Command, Option } from 'commander';
import { count, dataDirOption, dataOption, listed, port, positive, seedOption, share, speed } from './arguments.ts';
import { run, wantsJson } from './run.ts';

/** `serve`, `practice-venue`, `gap`, `journal`, `doctor`. Each command loads what it needs when it runs, so that all start fast. */
export function addDeskCommands(program: Command): void {
  program
    .command('serve')
    .description('the engine and its screens in the browser')
    .option('--port <N>', 'port of the screens (default: any free one)', port, 0)
    .option('--no-open', 'do not open a browser')
    .option(
      '--strategy <NAME@TIMEFRAME>',
      'a strategy that proposes too: sma-cross@5m on all of spot, pairs@5m:BTC/USDT:USDT+ETH/USDT:USDT on what is named (perpetuals here), or a file of your own, ./mine.ts@5m (repeat for more)',
      listed,
    )
    .option('--param <NAME=VALUE>', 'a parameter of it', listed)
    .option('--record <SYMBOL>', 'write down prints and book of an instrument, for backtests: BTC/USDT')
    .option('--record-mb <MB>', 'so much of it is kept, the newest (default: 1024)', positive)
    .addOption(seedOption())
    .addOption(dataOption())
    .addOption(new Option('--practice <URL>', 'a practice venue that runs already: http://127.0.0.1:PORT'))
    .addOption(dataDirOption())
    .action((options) =>
      run(async () => {
        const { serve } = await import('../commands/serve.ts');
        return serve({ ...options, json: wantsJson() });
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
        const { practiceVenue } = await import('../commands/practice-venue.ts');
        return practiceVenue({ ...options, json: wantsJson() });
      }),
    );

  program
    .command('gap <data-dir>')
    .description(
      'the last days run again by the exact gear: what it would have done beside what was done, and why they differ',
    )
    .option('--days <N>', 'the last so many', count, 7)
    .option('--fee-rate <RATE>', 'what the re-run pays, of price × quantity', share, 0.001)
    .option(
      '--perpetual-fee-rate <RATE>',
      'the same of perpetuals; 0.0005, and 0.0002 for what rests, where it is not said',
      share,
    )
    .option('--until <TIME>', 'in place of now')
    .action((dir: string, options) => run(async () => (await import('../commands/gap.ts')).gap(dir, options)));

  const journal = program.command('journal').description('the log of everything that happened');
  journal
    .command('verify <data-dir>')
    .description('checks chain, head and projections')
    .action((dir: string) => run(async () => (await import('../commands/journal.ts')).journalVerify(dir)));
  journal
    .command('replay <data-dir>')
    .description('replays the inputs and compares the decision hash')
    .action((dir: string) => run(async () => (await import('../commands/journal.ts')).journalReplay(dir)));

  program
    .command('doctor')
    .description('what works on this machine')
    .addOption(dataDirOption())
    .action((options) => run(async () => (await import('../commands/doctor.ts')).doctor(options.dataDir)));
}
