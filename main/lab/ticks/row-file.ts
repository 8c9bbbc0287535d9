import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { ROW, type TickColumns, type TickFault } from './tick-feed.ts';

/** kind (1 depth, 2 trade), exchange time µs, local time µs, side (1 buy, -1 sell), price, quantity */
const ROW_NUMBERS = 6;

/** Reads rows of six little-endian float64, as simulators and other engines exchange them. */
export async function readRowFile(path: string): Promise<Result<TickColumns, TickFault>> {
  const bad = (what: string): Result<never, TickFault> =>
    fail({ kind: 'bad-feed', message: `${basename(path)}: ${what}` });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return bad(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (bytes.length === 0 || bytes.length % (ROW_NUMBERS * 8) !== 0)
    return bad(`${bytes.length} bytes are no rows of ${ROW_NUMBERS} float64`);
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const rows = numbers.length / ROW_NUMBERS;
  const columns = {
    kind: new Uint8Array(rows),
    exchangeTimeUs: new Float64Array(rows),
    localTimeUs: new Float64Array(rows),
    price: new Float64Array(rows),
    qty: new Float64Array(rows),
  };
  for (let row = 0, at = 0; row < rows; row += 1, at += ROW_NUMBERS) {
    const [what, side] = [numbers[at]!, numbers[at + 3]!];
    if ((what !== 1 && what !== 2) || (side !== 1 && side !== -1))
      return bad(`row ${row + 1}: kind ${what} with side ${side} is neither depth nor trade`);
    columns.kind[row] = what === 1 ? (side > 0 ? ROW.bid : ROW.ask) : side > 0 ? ROW.buy : ROW.sell;
    columns.exchangeTimeUs[row] = numbers[at + 1]!;
    columns.localTimeUs[row] = numbers[at + 2]!;
    columns.price[row] = numbers[at + 4]!;
    columns.qty[row] = numbers[at + 5]!;
  }
  return ok(columns);
}
