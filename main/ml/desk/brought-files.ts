import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BroughtFile, BroughtPart } from '../../../preload/models-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { ableOutputs } from '../elsewhere/choose-ports.ts';
import { fittingSets } from '../elsewhere/choose-set.ts';
import { lookAtModel } from '../elsewhere/look-at-model.ts';
import { type ModelOutline, type Port, shapeText } from '../onnx/model-outline.ts';
import type { NoData } from './make-data.ts';

export interface BroughtFiles {
  /** Keeps a part; after the last one says what is in the file, or why it cannot be taken, which removes it. */
  take(part: BroughtPart, nowMs: number): Result<BroughtFile | null, NoData>;
  /** Null where it is not there whole. */
  pathOf(fileId: string): string | null;
}

/** Nobody waits so long between looking at a file and having it judged. */
const KEPT_MS = 6 * 3_600_000;
const FILES_MAX = 4;
const PORTS_MAX = 100;

const none = (text: string): Result<never, NoData> => fail({ kind: 'no-data', text });

/** Model files that a window brings in parts, each below `dir` under its own id until it is too old. */
export function openBroughtFiles(dir: string): BroughtFiles {
  const wholeFile = (fileId: string): string => join(dir, `${fileId}.onnx`);

  function removeOld(nowMs: number): void {
    const files = readdirSync(dir).map((name) => ({
      path: join(dir, name),
      timeMs: statSync(join(dir, name)).mtimeMs,
    }));
    const newest = files.sort((a, b) => b.timeMs - a.timeMs);
    for (const [at, { path, timeMs }] of newest.entries())
      if (at >= FILES_MAX - 1 || nowMs - timeMs > KEPT_MS) rmSync(path, { force: true });
  }

  return {
    take({ fileId, offset, bytes, base64 }, nowMs) {
      mkdirSync(dir, { recursive: true });
      const path = wholeFile(fileId);
      if (offset === 0) removeOld(nowMs);
      const there = offset === 0 ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
      const part = Buffer.from(base64, 'base64');
      if (offset !== there || part.length === 0 || offset + part.length > bytes)
        return none('The parts of the file did not come one after the other: bring it again.');
      const open = openSync(path, offset === 0 ? 'w' : 'a', 0o600);
      try {
        writeSync(open, part);
      } finally {
        closeSync(open);
      }
      if (offset + part.length < bytes) return ok(null);
      const looked = lookAtModel(readFileSync(path));
      if (looked.ok) return ok(fileOf(looked.value));
      rmSync(path, { force: true });
      return none(`The file cannot be taken: ${looked.error.text}.`);
    },
    pathOf(fileId) {
      const path = wholeFile(fileId);
      return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null;
    },
  };
}

function fileOf(outline: ModelOutline): BroughtFile {
  const port = (each: Port) => ({ name: each.name, shape: shapeText(each) });
  const [output, ...others] = ableOutputs(outline);
  return {
    producer: outline.producer,
    inputs: outline.inputs.slice(0, PORTS_MAX).map(port),
    outputs: outline.outputs.slice(0, PORTS_MAX).map(port),
    featureSets: fittingSets(outline),
    output: output !== undefined && others.length === 0 ? output.name : null,
    classNames: [...outline.classNames],
  };
}
