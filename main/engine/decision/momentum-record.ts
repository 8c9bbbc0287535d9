import type { Edge } from '../domain/proposal.ts';
import type { MomentumRecord } from './measure-momentum.ts';
import file from './momentum-record.json' with { type: 'json' };

type GradeOnFile = (typeof file.grades)['breakout'];
const fromFile = (grade: GradeOnFile) => ({ ...grade, edge: grade.edge as Edge });

/** What the rule came to on recorded markets; a test measures it again and compares. */
export const MOMENTUM_RECORD: MomentumRecord = {
  breakout: fromFile(file.grades.breakout),
  rising: fromFile(file.grades.rising),
  stirring: fromFile(file.grades.stirring),
  recovering: fromFile(file.grades.recovering),
};
/** Round-trip fee that the record is net of, in bps. */
export const MOMENTUM_RECORD_FEE_BPS: number = file.feeBpsRoundTrip;
/** For the model board: where the figures come from. */
export const MOMENTUM_MEASURED_ON: string = file.measuredOn;
