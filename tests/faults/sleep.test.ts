import { runPart } from './run-part.ts';
import { SLEEP } from './sleep.ts';

runPart(SLEEP);
