import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TrustVerb } from '../commands/models-trust.ts';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
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
    .addOption(dataDirOption())
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
    .command('features <candles...>')
    .description('what a model elsewhere may learn from: our features at every close, and the answer that came of it')
    .requiredOption('--out <CSV>', 'write them there')
    .option('--set <NAME>', 'features: v1, reversal-v1 or v2', 'v2')
    .addOption(questionOption())
    .option('--horizon <BARS>', 'until the answer', count, 12)
    .option('--multiple <X>', 'how far barriers lie, in deviations or ATR', positive, 1)
    .action((files: string[], options) =>
      run(async () => (await import('../commands/model-features.ts')).modelsFeatures(files, options)),
    );
  models
    .command('look <file>')
    .description('what goes into an ONNX file and what comes out; nothing of it is run')
    .action((file: string) => run(async () => (await import('../commands/models-import.ts')).modelsLook(file)));
  models
    .command('import <file>')
    .description(
      'an ONNX model that was made elsewhere is judged on candles that came after it had learnt, and becomes the next version of its name, scored live without a vote',
    )
    .requiredOption('--candles <FILE...>', 'what it is judged on: candle files, or ID@TIMEFRAME of the store')
    .addOption(
      new Option('--timeframe <TF>', 'of the candles that it answers').choices(TIMEFRAMES).makeOptionMandatory(),
    )
    .requiredOption(
      '--learnt-to <DATE>',
      'the last time that it was shown when it learnt: all after it is out of sample',
    )
    .requiredOption('--title <TEXT>', 'as screens name it')
    .requiredOption('--author <TEXT>', 'who made it')
    .requiredOption('--licence <TEXT>', 'under which it may be used')
    .option('--note <TEXT>', 'what else is to stand on its card', '')
    .option('--name <NAME>', 'a-z, 0-9 and -; made of the title where it is not given')
    .option(
      '--set <NAME>',
      'features: v1, reversal-v1 or v2; the one that is as wide as its input where it is not given',
    )
    .option('--columns <NAMES>', 'features of the set in the order of its columns, as rsi,sma_20')
    .option('--window <BARS>', 'candles that a row looks at, where the file leaves it open', count)
    .option('--input <NAME>', 'of the features, where it has several')
    .option('--output <NAME>', 'that holds the probability, where it has several')
    .addOption(questionOption())
    .option('--horizon <BARS>', 'until the answer', count, 12)
    .option('--multiple <X>', 'how far barriers lie, in deviations or ATR', positive, 1)
    .option('--volatility-bars <BARS>', 'of a direction: candles by which a deviation is measured', count)
    .option('--class <K>', 'the number of its answer that is the probability, from 0', classIndex)
    .addOption(
      new Option('--says <WHICH>', 'whether that is the chance of a yes (a rise, a turn) or of a no')
        .choices(['yes', 'no'])
        .default('yes'),
    )
    .addOption(dataDirOption())
    .action((file: string, options) =>
      run(async () => (await import('../commands/models-import.ts')).modelsImport(file, options)),
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
  const gpu = models.command('gpu').description('where nets are trained on this machine');
  const addGpu = (name: 'show' | 'retry', about: string): void => {
    gpu
      .command(name)
      .description(about)
      .addOption(dataDirOption())
      .action(({ dataDir }: { dataDir?: string }) =>
        run(async () => (await import('../commands/models-gpu.ts')).modelsGpu(name, dataDir, Date.now())),
      );
  };
  addGpu('show', 'what races against the processor came to, and what is not tried any more');
  addGpu('retry', 'forgets all of that: the next training of a net measures anew, after a new driver, say');
  addTrustCommands(models);
}

/** `models trust learn|show|promote|rollback`. */
function addTrustCommands(models: Command): void {
  const trust = models
    .command('trust')
    .description('when to trust which model, learnt from how their forecasts came out');
  const add = (name: TrustVerb, about: string): void => {
    trust
      .command(name)
      .description(about)
      .addOption(dataDirOption())
      .option('--account <NAME>', 'a folder of accounts/; that with the most forecasts where none is named')
      .action((options: { dataDir?: string; account?: string }) =>
        run(async () => (await import('../commands/models-trust.ts')).modelsTrust(name, options, Date.now())),
      );
  };
  add('learn', 'learns from every settled forecast and judges it walking forward against the weights by records alone');
  add('show', 'what was learnt last and what it is worth, and what of it counts');
  add('promote', 'what was learnt last counts from the next start on, where it is better than records alone');
  add('rollback', 'what counted before counts again, or records alone');
}

const questionOption = (): Option =>
  new Option('--label <KIND>', 'the question').choices(['direction', 'reversal']).default('direction');

function classIndex(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 255)
    throw new InvalidArgumentError('a class is a whole number from 0 to 255.');
  return value;
}

function horizons(text: string): number[] {
  const values = text.split(',').map(Number);
  if (!values.every((value) => Number.isInteger(value) && value >= 1)) {
    throw new InvalidArgumentError('horizons are whole numbers of bars, as 12 or 6,12,24.');
  }
  return values;
}
