import type { FaultPart } from './case.ts';
import { TIME_ON_SCREEN } from './time-display.ts';
import { TIME_ON_HOSTS } from './time-host.ts';
import { TIME_SCENES } from './time-scenes.ts';

export const TIME: FaultPart = {
  title: 'Clocks and candles',
  cases: [...TIME_SCENES, ...TIME_ON_HOSTS, ...TIME_ON_SCREEN],
};
