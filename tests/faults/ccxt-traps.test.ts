import { afterAll } from 'vitest';
import { CCXT_TRAPS, ccxtTrapsDesk } from './ccxt-traps.ts';
import { runPart } from './run-part.ts';

runPart(CCXT_TRAPS);
afterAll(() => ccxtTrapsDesk.end());
