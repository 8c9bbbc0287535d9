import { RESTART } from './restart.ts';
import { runPart } from './run-part.ts';

runPart(RESTART);
