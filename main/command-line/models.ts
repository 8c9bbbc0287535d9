import { type Command, InvalidArgumentError, Option } from 'commander';
import { count, dataDirOption, listed, notNegative, positive, seed, share, trialCount } from './arguments.ts';
import { run } from './run.ts';

/** `train`, `evaluate`, `predict`, `models`. Each command loads what it needs when it runs, so that all start fast. */
export function addModelCommands(program: Command): void {
  program
    .command('train <candles...>')
    .description('audits, judges and trains a model on candle files; writes it with its report')
    .requiredOption('--out <DIR>', 'where models of the lab are kept')
    .requiredOption('--name <NAME>', 'a-z, 0-9 and -')
    .option('--model-version <X.Y.Z>', 'of the model', '1.0.0')
    .option('--family <NAME>', 'a way to learn', 'gradient-boosting')
    .option('--set <NAME>', 'features: v1, reversal-v1 or v2', 'v2')
    .addOption(
      new Option('--label <KIND>', 'the question')
        .choices(['direction', 'triple-barrier', 'move', 'reversal', 'volatility-regime'])
        .default('direction'),
    )
    .option('--horizon <BARS>', 'until the answer; several for moves: 6,12,24', horizons, [12])
    .option('--multiple <X>', 'how far barriers lie, in deviations or ATR', positive, 1)
    .option('--quantiles', 'of a move: its 5th, 50th and 95th hundredth')
    .option('--param <NAME=VALUE>', 'a setting of the family, see models families (repeat for more)', listed)
    .addOption(
      new Option(
        '--search <N>',
        'tries N settings of the family on the first three quarters of the time, by a Parzen estimator, gives up early what is behind, and judges the best on the last quarter, which no trial saw; the same command goes on where it was broken off',
      )
        .argParser(trialCount)
        .conflicts(['protocol', 'folds']),
    )
    .option('--budget-minutes <M>', 'with --search: nothing is tried after so long', positive)
    .addOption(
      new Option('--protocol <HOW>', 'how it is judged')
        .choices(['purged-folds', 'walk-forward', 'combinatorial'])
        .default('purged-folds'),
    )
    .option('--folds <N>', 'folds, steps or groups', count, 5)
    .option('--embargo <BARS>', 'kept free around what is tested', count)
    .option('--fee-bps <BPS>', 'of a round trip', notNegative, 20)
    .option('--traded-share <F>', 'of the surest answers', share, 0.1)
    .option('--seed <N>', 'of all that is drawn', seed, 1)
    .option('--reference <FILE>', 'candles of the instrument that others follow')
    .action((files: string[], options) =>
      run(async () => (await import('../commands/train.ts')).train(files, options)),
    );
  program
    .command('evaluate <model> <candles...>')
    .description('how a model of the lab does on other candles')
    .action((folder: string, files: string[]) =>
      run(async () => (await import('../commands/lab-models.ts')).evaluate(folder, files)),
    );
  program
    .command('predict <model> <candles>')
    .description('the answers of a model of the lab at every close')
    .requiredOption('--out <CSV>', 'write them there')
    .action((folder: string, file: string, { out }: { out: string }) =>
      run(async () => (await import('../commands/lab-models.ts')).predict(folder, file, out)),
    );

  const models = program.command('models').description('the models that trade, and those that want to');
  models
    .command('list [dir]')
    .description('models in a folder, those that ship where none is named')
    .action((dir?: string) => run(async () => (await import('../commands/lab-models.ts')).modelsList(dir)));
  models
    .command('families [name]')
    .description('ways to learn, what each can be set to, and where a search looks')
    .action((name?: string) => run(async () => (await import('../commands/model-families.ts')).modelsFamilies(name)));
  models
    .command('verify [dir]')
    .description('files, features and golden rows of every model in a folder')
    .action((dir?: string) => run(async () => (await import('../commands/lab-models.ts')).modelsVerify(dir)));
  models
    .command('publish <model>')
    .description('a model of the lab becomes the next version of its name, scored live without a vote')
    .addOption(dataDirOption())
    .action((folder: string, options: { dataDir?: string }) =>
      run(async () => (await import('../commands/models-standing.ts')).modelsPublish(folder, options.dataDir)),
    );
  models
    .command('promote <name> <version>')
    .description('a version trades in the place of the one that does, where it passes the gate')
    .addOption(dataDirOption())
    .action((name: string, version: string, options: { dataDir?: string }) =>
      run(async () =>
        (await import('../commands/models-standing.ts')).modelsPromote(name, version, options.dataDir, Date.now()),
      ),
    );
  models
    .command('rollback <name>')
    .description('what traded before trades again')
    .addOption(dataDirOption())
    .action((name: string, options: { dataDir?: string }) =>
      run(async () =>
        (await import('../commands/models-standing.ts')).modelsRollback(name, options.dataDir, Date.now()),
      ),
    );
}

function horizons(text: string): number[] {
  const values = text.split(',').map(Number);
  if (!values.every((value) => Number.isInteger(value) && value >= 1)) {
    throw new InvalidArgumentError('horizons are whole numbers of bars, as 12 or 6,12,24.');
  }
  return values;
}
