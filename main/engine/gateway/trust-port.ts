import type { TrustBoard } from '../../../preload/trust-contract.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Result } from '../domain/result.ts';
import type { LabRefusal } from './lab-port.ts';

/** What was learnt about whom to believe when, as the gateway sees it. */
export interface TrustPort {
  board(instrumentId: InstrumentId): Result<TrustBoard, LabRefusal>;
  learn(): Result<null, LabRefusal>;
  promote(): Result<null, LabRefusal>;
  rollback(): Result<null, LabRefusal>;
}
