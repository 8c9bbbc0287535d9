/** Rows that fill a height without one cut in half. Pure. */

const ROW_PX_LEAST = 21;
const ROW_PX_MOST = 25;

/** How many of `total` rows fit into `heightPx`, and how high each may be then. At least one row. */
export function fitRows(heightPx: number, total: number): { readonly count: number; readonly px: number } {
  const room = Math.max(0, heightPx);
  const count = Math.max(1, Math.min(Math.max(1, total), Math.floor(room / ROW_PX_LEAST)));
  return { count, px: Math.max(ROW_PX_LEAST, Math.min(ROW_PX_MOST, Math.floor(room / count))) };
}
