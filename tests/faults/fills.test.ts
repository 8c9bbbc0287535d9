import { FILLS } from './fills.ts';
import { runPart } from './run-part.ts';

runPart(FILLS);
