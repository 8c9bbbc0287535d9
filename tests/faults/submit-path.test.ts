import { runPart } from './run-part.ts';
import { SUBMIT_PATH } from './submit-path.ts';

runPart(SUBMIT_PATH);
