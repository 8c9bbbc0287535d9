import type { Command } from 'commander';
import { type Outcome, report } from '../commands/output.ts';

let json = false;

/** Whether the command that is running was asked for JSON. */
export const wantsJson = (): boolean => json;

/** Reads `--json` wherever it stands, before any command runs. */
export function readJsonOption(program: Command): void {
  program.hook('preAction', (_root, command) => {
    json = command.optsWithGlobals().json === true;
  });
}

/** Runs a command, reports what came of it and turns what it throws into one sentence and exit code 1. */
export function run(command: () => Promise<Outcome | null> | Outcome | null): Promise<void> {
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
