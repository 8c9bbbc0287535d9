import { APPROVALS } from './approvals.ts';
import { runPart } from './run-part.ts';

runPart(APPROVALS);
