import type { FaultPart } from './case.ts';
import { SUBMIT_PATH } from './submit-path.ts';

/** Everything that may go wrong. Tests are made of it part by part, and `docs/faults.md` is printed from it. */
export const FAULT_TABLE: readonly FaultPart[] = [SUBMIT_PATH];
