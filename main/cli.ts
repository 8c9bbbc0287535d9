#!/usr/bin/env node
import './require-node.ts';
import { Command, CommanderError, Option } from 'commander';
import { addBenchCommands } from './command-line/bench.ts';
import { addDeskCommands } from './command-line/desk.ts';
import { addLabCommands } from './command-line/lab.ts';
import { addMarketDataCommands } from './command-line/market-data.ts';
import { addModelCommands } from './command-line/models.ts';
import { readJsonOption } from './command-line/run.ts';
import { PRODUCT_VERSION } from './product.ts';

// `npm run cli` starts in the repository; files are meant from where the person stands.
if (process.env.npm_lifecycle_event === 'cli' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

const program = new Command('countersign')
  .description('Models propose, risk gates, you countersign.')
  .option('--json', 'print one JSON object on stdout')
  .version(PRODUCT_VERSION)
  .configureOutput({ writeErr: (text) => process.stderr.write(text) });
readJsonOption(program);
addDeskCommands(program);
addMarketDataCommands(program);
addLabCommands(program);
addModelCommands(program);
addBenchCommands(program);

function withAllBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}
for (const command of withAllBelow(program)) {
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
