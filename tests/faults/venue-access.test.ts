import { afterAll } from 'vitest';
import { runPart } from './run-part.ts';
import { VENUE_ACCESS, venueAccessDesk } from './venue-access.ts';

runPart(VENUE_ACCESS);
afterAll(() => venueAccessDesk.end());
