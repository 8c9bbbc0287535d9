import { afterAll } from 'vitest';
import { endPerpetualDesk, PERPETUALS } from './perpetuals.ts';
import { runPart } from './run-part.ts';

runPart(PERPETUALS);
afterAll(() => endPerpetualDesk());
