import type { FaultPart } from './case.ts';
import { CCXT_TRAPS } from './ccxt-traps.ts';
import { CONNECTIVITY } from './connectivity.ts';
import { DEAD_MAN_SWITCH } from './dead-man-switch.ts';
import { FILLS } from './fills.ts';
import { MODEL_AND_PERSON } from './model-and-person.ts';
import { PERPETUALS } from './perpetuals.ts';
import { RESTART } from './restart.ts';
import { SLEEP } from './sleep.ts';
import { SUBMIT_PATH } from './submit-path.ts';
import { TIME } from './time.ts';
import { VENUE_ACCESS } from './venue-access.ts';

/** Everything that may go wrong. Tests are made of it part by part, and `docs/faults.md` is printed from it. */
export const FAULT_TABLE: readonly FaultPart[] = [
  SUBMIT_PATH,
  FILLS,
  RESTART,
  CONNECTIVITY,
  VENUE_ACCESS,
  SLEEP,
  CCXT_TRAPS,
  TIME,
  MODEL_AND_PERSON,
  PERPETUALS,
  DEAD_MAN_SWITCH,
];
