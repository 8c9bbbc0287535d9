import { APPROVALS } from './approvals.ts';
import type { FaultPart } from './case.ts';
import { MODELS } from './models.ts';
import { PERSON } from './person.ts';

export const MODEL_AND_PERSON: FaultPart = {
  title: 'Models and the person',
  cases: [...MODELS.cases, ...APPROVALS.cases, ...PERSON.cases],
};
