import { basename } from 'node:path';

/** Why a candle file cannot be used. `message` is one sentence that names file, row and field where there are any. */
export interface CandleFileError {
  readonly kind:
    | 'unreadable'
    | 'empty'
    | 'truncated'
    | 'too-large'
    | 'bad-header'
    | 'bad-value'
    | 'bad-order'
    | 'unknown-format'
    | 'unwritable';
  readonly file: string;
  /** Line of a CSV (the header is line 1), row of a Parquet file (the first is 1). */
  readonly row?: number;
  readonly field?: string;
  readonly message: string;
}

/** One fault in one row, before it knows its file. */
export interface RowFault {
  readonly kind: 'bad-value' | 'bad-order';
  readonly row: number;
  readonly field: string;
  readonly detail: string;
}

export function faultToError(file: string, fault: RowFault): CandleFileError {
  const { kind, row, field, detail } = fault;
  return { kind, file, row, field, message: `${basename(file)} row ${row}, field ${field}: ${detail}` };
}

export function fileError(
  kind: CandleFileError['kind'],
  file: string,
  detail: string,
  field?: string,
): CandleFileError {
  return { kind, file, ...(field === undefined ? {} : { field }), message: `${basename(file)}: ${detail}` };
}
