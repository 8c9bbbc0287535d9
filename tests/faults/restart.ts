import type { FaultPart } from './case.ts';
import { RESTART_ON_HOSTS } from './restart-host.ts';
import { RESTART_SCENES } from './restart-scenes.ts';

export const RESTART: FaultPart = { title: 'Crash and restart', cases: [...RESTART_SCENES, ...RESTART_ON_HOSTS] };
