import type { Command } from 'commander';
import { dataDirOption } from './arguments.ts';
import { run } from './run.ts';

/** `models`. Each command loads what it needs when it runs, so that all start fast. */
export function addModelCommands(program: Command): void {
  const models = program.command('models').description('the models that trade, and those that want to');
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
