import { afterAll } from 'vitest';
import { CONNECTIVITY, connectivityDesk } from './connectivity.ts';
import { runPart } from './run-part.ts';

runPart(CONNECTIVITY);
afterAll(() => connectivityDesk.end());
