import { MODELS } from './models.ts';
import { runPart } from './run-part.ts';

runPart(MODELS);
