import { afterAll } from 'vitest';
import { DEAD_MAN_SWITCH, endDeadManBench } from './dead-man-switch.ts';
import { runPart } from './run-part.ts';

runPart(DEAD_MAN_SWITCH);
afterAll(endDeadManBench);
