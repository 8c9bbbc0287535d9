import { z } from 'zod';
import type { DataSet, FeatureMatrix } from './data-set.ts';

/** The samples of one job: what is learnt from, what says when to stop, what the settings are judged by. All are views of one matrix. */
export interface JobData {
  readonly training: DataSet;
  readonly stopping?: DataSet;
  readonly judged?: JudgedSet;
}

/** All samples, and how price moved to the answer of each; null where nothing can be traded on the answers. */
export interface JudgedSet {
  readonly set: DataSet;
  readonly moves: Float64Array | null;
}

type Column = Float32Array | Float64Array | Int32Array | Uint16Array;
const KINDS = { Float32Array, Float64Array, Int32Array, Uint16Array } as const;
type Kind = keyof typeof KINDS;

const MAGIC = 'CSDATA01';
/** Columns begin where every kind of number may begin. */
const ALIGNMENT = 8;

const count = z.int().nonnegative();
const headerSchema = z.strictObject({
  set: z.strictObject({ name: z.string(), hash: z.string(), features: z.array(z.string()) }),
  instruments: z.array(z.string()),
  sets: z.array(z.strictObject({ name: z.enum(['training', 'stopping', 'judged']), targetNames: z.array(z.string()) })),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['Float32Array', 'Float64Array', 'Int32Array', 'Uint16Array']),
      length: count,
    }),
  ),
});

const SAMPLE_COLUMNS = ['rowOf', 'instrumentOf', 'askedMs', 'knownMs', 'targets', 'weights'] as const;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * A job's samples as one file: a header in JSON, then the columns as they lie in memory.
 * @throws RangeError where the sets are views of different matrices
 */
export function encodeJobData({ training, stopping, judged }: JobData): Uint8Array {
  const { matrix } = training;
  if (stopping && stopping.matrix !== matrix) throw new RangeError('the samples to stop by are of another matrix');
  if (judged && judged.set.matrix !== matrix) throw new RangeError('the samples to judge by are of another matrix');
  const sets = [
    ['training', training] as const,
    ...(stopping ? [['stopping', stopping] as const] : []),
    ...(judged ? [['judged', judged.set] as const] : []),
  ];
  const columns: [string, Column][] = [
    ['cells', matrix.cells],
    ['firstRowOf', matrix.firstRowOf],
    ...(judged?.moves ? [['judged.moves', judged.moves] as [string, Column]] : []),
    ...sets.flatMap(([name, set]) =>
      SAMPLE_COLUMNS.map((column): [string, Column] => [`${name}.${column}`, set[column]]),
    ),
  ];
  const header = new TextEncoder().encode(
    JSON.stringify({
      set: matrix.set,
      instruments: matrix.instruments,
      sets: sets.map(([name, { targetNames }]) => ({ name, targetNames })),
      columns: columns.map(([name, values]) => ({ name, kind: kindOf(values), length: values.length })),
    }),
  );
  const start = aligned(MAGIC.length + 4 + header.length);
  const bytes = new Uint8Array(columns.reduce((at, [, { byteLength }]) => at + aligned(byteLength), start));
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(MAGIC.length, header.length, true);
  bytes.set(header, MAGIC.length + 4);
  let at = start;
  for (const [, { buffer, byteOffset, byteLength }] of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  return bytes;
}

/** @throws Error for bytes that are no such file, or only the beginning of one */
export function decodeJobData(bytes: Uint8Array): JobData {
  // A copy: the columns are views of it, and a view into a larger buffer may begin anywhere.
  const { buffer } = Uint8Array.from(bytes);
  const text = (from: number, length: number): string => new TextDecoder().decode(new Uint8Array(buffer, from, length));
  if (bytes.length < MAGIC.length + 4 || text(0, MAGIC.length) !== MAGIC) throw new Error('this is no file of samples');
  const headerLength = new DataView(buffer).getUint32(MAGIC.length, true);
  if (MAGIC.length + 4 + headerLength > bytes.length) throw new Error('the file of samples ends in its header');
  const header = headerSchema.parse(JSON.parse(text(MAGIC.length + 4, headerLength)));
  const columns = new Map<string, Column>();
  let at = aligned(MAGIC.length + 4 + headerLength);
  for (const { name, kind, length } of header.columns) {
    const size = length * KINDS[kind].BYTES_PER_ELEMENT;
    if (at + size > bytes.length) throw new Error(`the file of samples ends in column ${name}`);
    columns.set(name, new KINDS[kind](buffer, at, length));
    at += aligned(size);
  }
  const matrix: FeatureMatrix = {
    set: header.set,
    instruments: header.instruments,
    cells: column(columns, 'cells', Float32Array),
    firstRowOf: column(columns, 'firstRowOf', Int32Array),
  };
  const setOf = (name: keyof JobData): DataSet | null => {
    const described = header.sets.find((each) => each.name === name);
    return described ? sampleSet(matrix, name, described.targetNames, columns) : null;
  };
  const [training, stopping, set] = [setOf('training'), setOf('stopping'), setOf('judged')];
  if (training === null) throw new Error('the file of samples has none to learn from');
  const moves = columns.has('judged.moves') ? column(columns, 'judged.moves', Float64Array) : null;
  return { training, ...(stopping && { stopping }), ...(set && { judged: { set, moves } }) };
}

function sampleSet(
  matrix: FeatureMatrix,
  name: string,
  targetNames: readonly string[],
  columns: ReadonlyMap<string, Column>,
): DataSet {
  return {
    matrix,
    targetNames,
    rowOf: column(columns, `${name}.rowOf`, Int32Array),
    instrumentOf: column(columns, `${name}.instrumentOf`, Uint16Array),
    askedMs: column(columns, `${name}.askedMs`, Float64Array),
    knownMs: column(columns, `${name}.knownMs`, Float64Array),
    targets: column(columns, `${name}.targets`, Float32Array),
    weights: column(columns, `${name}.weights`, Float64Array),
  };
}

function column<T extends Column>(
  columns: ReadonlyMap<string, Column>,
  name: string,
  kind: new (length: number) => T,
): T {
  const found = columns.get(name);
  if (!(found instanceof kind)) throw new Error(`the file of samples has no column ${name}`);
  return found;
}

function kindOf(values: Column): Kind {
  if (values instanceof Float32Array) return 'Float32Array';
  if (values instanceof Float64Array) return 'Float64Array';
  return values instanceof Int32Array ? 'Int32Array' : 'Uint16Array';
}
