import { runPart } from './run-part.ts';
import { FILLS } from './fills.ts';

runPart(FILLS);
