import { readFileBytes } from '../../candle-files/index.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** Returns of assets, each a share per row, oldest first. */
export interface AssetReturns {
  readonly assets: readonly string[];
  /** One for each asset, equally long. */
  readonly columns: readonly Float64Array[];
}

/** One sentence that names file, row and column. */
export interface ReturnsFileError {
  readonly kind: string;
  readonly message: string;
}

const TIME_COLUMNS = ['timestamp_ms', 'timestamp'];

/**
 * Reads CSV or gzipped CSV: one column of returns for each asset, named in the header; a column of times is passed over.
 * Rows are counted from the header, which is row 1.
 */
export async function readReturns(path: string): Promise<Result<AssetReturns, ReturnsFileError>> {
  const bytes = await readFileBytes(path, path.endsWith('.gz') ? 'csv.gz' : 'csv');
  return bytes.ok ? parseReturns(new TextDecoder().decode(bytes.value), path) : bytes;
}

export function parseReturns(text: string, path: string): Result<AssetReturns, ReturnsFileError> {
  const wrong = (what: string): Result<never, ReturnsFileError> =>
    fail({ kind: 'bad-returns', message: `${path}: ${what}` });
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  const wanted = header.flatMap((name, at) => (TIME_COLUMNS.includes(name) ? [] : [{ name, at }]));
  const assets = wanted.map(({ name }) => name);
  if (assets.includes('')) return wrong('the header has a column without a name');
  const twice = assets.find((name, at) => assets.indexOf(name) !== at);
  if (twice !== undefined) return wrong(`the header names ${twice} twice`);
  if (assets.length === 0) return wrong('the header names no asset');
  const rows = lines.length - 1;
  if (rows < 2) return wrong(`${rows} rows of returns: it takes two to vary`);

  const columns = assets.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row += 1) {
    const cells = lines[row + 1]!.split(',');
    if (cells.length !== header.length)
      return wrong(`row ${row + 2}: ${cells.length} fields, the header has ${header.length}`);
    for (const [k, { name, at }] of wanted.entries()) {
      const cell = cells[at]!.trim();
      const value = Number(cell);
      if (cell === '' || !Number.isFinite(value))
        return wrong(`row ${row + 2}: ${name}: ${cell || 'nothing'} is no number`);
      if (value < -1) return wrong(`row ${row + 2}: ${name}: ${cell} loses more than everything`);
      columns[k]![row] = value;
    }
  }
  return ok({ assets, columns });
}
