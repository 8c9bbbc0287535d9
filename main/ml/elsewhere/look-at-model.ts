import { ok, type Result } from '../../engine/domain/result.ts';
import { inspectModel } from '../onnx/inspect-model.ts';
import { type ModelOutline, readOutline } from '../onnx/model-outline.ts';
import { type Unfit, unfit } from './unfit.ts';

/** A trader's model of a few numbers a candle is a thousandth of it. */
export const MODEL_BYTES_MAX = 256 * 2 ** 20;

/** What a file is, by its structure alone: nothing of it is run. */
export function lookAtModel(file: Uint8Array): Result<ModelOutline, Unfit> {
  if (file.length > MODEL_BYTES_MAX)
    return unfit(`it has ${Math.ceil(file.length / 2 ** 20)} MB, ${MODEL_BYTES_MAX / 2 ** 20} are the most`);
  const problem = inspectModel(file);
  if (problem !== null) return unfit(problem);
  try {
    return ok(readOutline(file));
  } catch (error) {
    if (error instanceof RangeError) return unfit(`it is no ONNX model: ${error.message}`);
    throw error;
  }
}
