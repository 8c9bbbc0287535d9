/** The desk's rows as the engine's snapshot and patches leave them. Pure: state and message in, state out. */
import type {
  Account,
  DeskMessage,
  DeskPatch,
  DeskSnapshot,
  Ensemble,
  Fill,
  GameDay,
  Health,
  JournalEntry,
  Limits,
  Mandate,
  Model,
  Order,
  Position,
  Proposal,
  Safety,
} from '../../preload/contract.ts';

const JOURNAL_ROWS_MAX = 1_000;
const FILL_ROWS_MAX = 5_000;

export interface Desk {
  readonly revision: number;
  /** Arrival order kept: a row that changes stays where it is. */
  readonly proposals: readonly Proposal[];
  readonly orders: readonly Order[];
  /** Newest first. */
  readonly fills: readonly Fill[];
  readonly positions: readonly Position[];
  readonly models: readonly Model[];
  /** Newest first. */
  readonly journal: readonly JournalEntry[];
  readonly account: Account;
  readonly safety: Safety;
  readonly limits: Limits;
  readonly mandate: Mandate | null;
  readonly health: Health;
  readonly gameDay: GameDay | null;
  readonly ensemble: Ensemble;
}

/** Rows of `fresh` replace rows of the same key in place; new ones go to the end. */
export function mergeRows<Row>(
  rows: readonly Row[],
  fresh: readonly Row[] | undefined,
  removed: readonly string[] | undefined,
  keyOf: (row: Row) => string,
): readonly Row[] {
  if (!fresh?.length && !removed?.length) return rows;
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  for (const row of fresh ?? []) byKey.set(keyOf(row), row);
  for (const key of removed ?? []) byKey.delete(key);
  return [...byKey.values()];
}

const keys = {
  proposal: (row: Proposal) => row.id,
  order: (row: Order) => row.clientOrderId,
  fill: (row: Fill) => row.fillId,
  position: (row: Position) => row.instrumentId,
  model: (row: Model) => `${row.name}@${row.version}`,
  journal: (row: JournalEntry) => String(row.seq),
};

const newestFills = (rows: readonly Fill[]): readonly Fill[] =>
  rows.toSorted((a, b) => b.eventTimeMs - a.eventTimeMs).slice(0, FILL_ROWS_MAX);
const newestJournal = (rows: readonly JournalEntry[]): readonly JournalEntry[] =>
  rows.toSorted((a, b) => b.seq - a.seq).slice(0, JOURNAL_ROWS_MAX);

function fromSnapshot(revision: number, desk: DeskSnapshot, before: Desk | null): Desk {
  // Proposals the screen already shows keep their places over a resync: what is under the pointer must not move.
  const known = new Set(desk.proposals.map(keys.proposal));
  const kept = (before?.proposals ?? []).filter((row) => known.has(row.id));
  return {
    ...desk,
    revision,
    proposals: mergeRows(kept, desk.proposals, undefined, keys.proposal),
    fills: newestFills(desk.fills),
    journal: newestJournal(desk.journal),
  };
}

function withPatch(before: Desk, revision: number, patch: DeskPatch): Desk {
  const { removed } = patch;
  return {
    revision,
    proposals: mergeRows(before.proposals, patch.proposals, removed?.proposals, keys.proposal),
    orders: mergeRows(before.orders, patch.orders, removed?.orders, keys.order),
    fills: patch.fills ? newestFills(mergeRows(before.fills, patch.fills, undefined, keys.fill)) : before.fills,
    positions: mergeRows(before.positions, patch.positions, removed?.positions, keys.position),
    models: mergeRows(before.models, patch.models, removed?.models, keys.model),
    journal: patch.journal
      ? newestJournal(mergeRows(before.journal, patch.journal, undefined, keys.journal))
      : before.journal,
    account: patch.account ?? before.account,
    safety: patch.safety ?? before.safety,
    limits: patch.limits ?? before.limits,
    mandate: patch.mandate === undefined ? before.mandate : patch.mandate,
    health: patch.health ?? before.health,
    gameDay: patch.gameDay === undefined ? before.gameDay : patch.gameDay,
    ensemble: patch.ensemble ?? before.ensemble,
  };
}

/**
 * The desk after `message`. A patch already seen changes nothing; a patch without a desk under it is refused.
 * @throws RangeError when a patch arrives before any snapshot.
 */
export function applyDeskMessage(before: Desk | null, message: DeskMessage): Desk {
  if (message.type === 'snapshot') return fromSnapshot(message.revision, message.desk, before);
  if (!before) throw new RangeError('a patch arrived before any snapshot');
  if (message.revision <= before.revision) return before;
  return withPatch(before, message.revision, message.desk);
}
