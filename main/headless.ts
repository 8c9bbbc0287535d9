/** Node entry: the engine without a window, its screens in the browser. */
import './require-node.ts';
import { serve } from './commands/serve.ts';

try {
  await serve({ port: 0, open: process.stdout.isTTY === true, json: false });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
