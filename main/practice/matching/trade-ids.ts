/**
 * The venue's own keys of prints (clients see `PublicIds`): they grow with time and are the same whoever computes them. Each millisecond
 * has room for 1,000: the tape's trades take the lower half in tape order, prints that users take part in the upper.
 */
const ID_EPOCH_MS = Date.UTC(2024, 0, 1);
const IDS_PER_MS = 1_000;
const FIRST_USER_ID = 500;

export const tapeTradeId = (timeMs: number, indexInMs: number): number =>
  (timeMs - ID_EPOCH_MS) * IDS_PER_MS + Math.min(indexInMs, FIRST_USER_ID - 1);

/** The id for a user's next print at `timeMs`, above every earlier one of the instrument. */
export const nextUserTradeId = (timeMs: number, lastId: number): number =>
  Math.max(lastId + 1, (timeMs - ID_EPOCH_MS) * IDS_PER_MS + FIRST_USER_ID);

/** No trade is served from before this moment. */
export const FIRST_TRADE_MS = ID_EPOCH_MS;
