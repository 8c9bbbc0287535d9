import type { DriftBoard, EnsembleBoard, FeatureDrift } from '../../../preload/boards-contract.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Result } from '../domain/result.ts';
import type { LabRefusal } from './lab-port.ts';

/** What the gateway may read of models at work. */
export interface BoardsPort {
  ensemble(instrumentId: InstrumentId): Result<EnsembleBoard, LabRefusal>;
  drift(instrumentId: InstrumentId): Result<DriftBoard, LabRefusal>;
  features(instrumentId: InstrumentId, model: string, version: string): Result<FeatureDrift, LabRefusal>;
}
