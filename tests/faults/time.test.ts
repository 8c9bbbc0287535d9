import { afterAll } from 'vitest';
import { runPart } from './run-part.ts';
import { TIME } from './time.ts';
import { endTimeHosts } from './time-host.ts';

runPart(TIME);
afterAll(endTimeHosts);
