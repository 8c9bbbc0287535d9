import { afterAll } from 'vitest';
import { RESTART } from './restart.ts';
import { removeDamagedFolders } from './restart-damage.ts';
import { endRestartHosts } from './restart-host.ts';
import { runPart } from './run-part.ts';

runPart(RESTART);
afterAll(async () => {
  await endRestartHosts();
  await removeDamagedFolders();
});
