import type { FaultPart } from './case.ts';
import { RESTART_WITH_DAMAGE } from './restart-damage.ts';
import { RESTART_FILES } from './restart-files.ts';
import { RESTART_ON_HOSTS } from './restart-host.ts';
import { RESTART_SCENES } from './restart-scenes.ts';
import { RESTART_ON_SCREEN } from './restart-screen.ts';

export const RESTART: FaultPart = {
  title: 'Crash and restart',
  cases: [...RESTART_ON_HOSTS, ...RESTART_SCENES, ...RESTART_WITH_DAMAGE, ...RESTART_FILES, ...RESTART_ON_SCREEN],
};
