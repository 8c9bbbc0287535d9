import type {
  Account,
  DeskSnapshot,
  Fill,
  GameDay,
  Health,
  JournalEntry,
  Limits,
  Model,
  Position,
} from '../../../preload/contract.ts';
import type { ApprovalView } from '../approval/approval-stage.ts';
import { signatureText } from '../approval/cases.ts';
import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import type { EnsembleSettings } from '../domain/ensemble.ts';
import type { FillBooked } from '../domain/events.ts';
import { type InstrumentsView, isPerpetual, PERPETUAL_VENUE, symbolOf } from '../domain/instrument.ts';
import type { MarketView, Quote } from '../domain/market.ts';
import type { PortfolioView } from '../domain/portfolio.ts';
import type { ExecutionView, ProtectionRow } from '../execution/execution-view.ts';
import type { LedgerView, PositionRow } from '../ledger/ledger-view.ts';
import type { RiskView } from '../risk/risk-stage.ts';
import type { VenueHealth } from '../venues/venue-port.ts';
import { orderRow, proposalRow } from './desk-rows.ts';
import type { NoticeBoard } from './notice-board.ts';

/** What the desk is put together from. */
export interface DeskSources {
  readonly approval: ApprovalView;
  readonly execution: ExecutionView;
  readonly ledger: LedgerView;
  readonly portfolio: PortfolioView;
  readonly risk: RiskView;
  readonly market: MarketView;
  readonly instruments: InstrumentsView;
  readonly board: NoticeBoard;
  models(): Model[];
  journal(): JournalEntry[];
  gameDay(): GameDay | null;
  ensemble(): EnsembleSettings;
  deadMan(): Health['deadMan'];
  logEvents(): number;
  chain(): Health['chain'];
  /** Repairs of this start, before the venue's books were read. */
  readonly startRepairs: readonly { readonly atMs: number; readonly text: string }[];
  nowMs(): number;
}

/** The asset that everything is counted in. */
const QUOTE_ASSET = 'USDT';
const ORDERS_SHOWN = 300;
const FILLS_SHOWN = 300;

/** One function per topic of the contract, each from what the stages say now. */
export function createDeskTopics(sources: DeskSources): { [K in keyof DeskSnapshot]: () => DeskSnapshot[K] } {
  const { approval, execution, ledger, portfolio, risk, market, instruments, board } = sources;
  return {
    proposals() {
      const equity = portfolio.equityQuote(QUOTE_ASSET);
      return approval
        .proposals()
        .map((held) => proposalRow(held, equity))
        .filter((row) => row !== null);
    },
    orders: () => execution.orders(ORDERS_SHOWN).map(orderRow),
    fills: () => ledger.fills(FILLS_SHOWN).map(fillRow),
    positions: () => ledger.positions().map((row) => positionRow(row, execution, instruments)),
    models: sources.models,
    journal: sources.journal,
    gameDay: sources.gameDay,
    ensemble: () => {
      const { confidenceMin, weights, decideEveryMs } = sources.ensemble();
      return { confidenceMin, weights: { ...weights }, decideEveryMs: { ...decideEveryMs } };
    },
    account: () => accountRow(ledger, risk.limits(), sources.nowMs()),
    safety: () => {
      const { armed, killSwitch, holds } = risk.safety();
      return { armed, killSwitch, holds: holds.map((hold) => ({ ...hold })) };
    },
    limits: () => ({ ...risk.limits() }),
    mandate: () => {
      const mandate = approval.mandate();
      return mandate && { ...mandate, instrumentIds: [...mandate.instrumentIds] };
    },
    health: () =>
      health(
        sources,
        instruments.all().map((instrument) => instrument.id),
        market,
        execution,
        board,
      ),
  };
}

function fillRow({ fill }: FillBooked): Fill {
  return {
    fillId: fill.fillId,
    clientOrderId: fill.clientOrderId,
    instrumentId: fill.instrumentId,
    symbol: symbolOf(fill.instrumentId),
    side: fill.side,
    price: fill.price,
    qtyBase: fill.qtyBase,
    fee: fill.fee,
    feeAsset: fill.feeAsset,
    liquidity: fill.liquidity,
    eventTimeMs: fill.eventTimeMs,
  };
}

function positionRow(row: PositionRow, execution: ExecutionView, instruments: InstrumentsView): Position {
  const { origin, perpetual, ...amounts } = row;
  const protection = execution.protection(row.instrumentId);
  return {
    ...amounts,
    symbol: symbolOf(row.instrumentId),
    stopPrice: protection.stopPrice,
    stopState: protection.state,
    bareBase: bareBase(row, protection, instruments),
    stopNote: protection.text,
    targetPrice: protection.targetPrice,
    signedBy: origin ? (origin.signature ? signatureText(origin.signature) : 'elsewhere') : 'opening balance',
    from: origin?.agent ?? '',
    perpetual: perpetual && { ...perpetual },
  };
}

/** What of a position no stop on the venue would close; nothing where that is less than the venue takes. */
function bareBase(row: PositionRow, protection: ProtectionRow, instruments: InstrumentsView): string {
  const held = parseDecimal(row.qtyBase);
  const bare = (held < 0n ? -held : held) - parseDecimal(protection.restingBase);
  const least = instruments.get(row.instrumentId)?.minQty ?? 1n;
  return bare >= least ? formatDecimal(bare) : '0';
}

function accountRow(ledger: LedgerView, limits: Limits, nowMs: number): Account {
  const { exposureQuote: _exposure, ...row } = ledger.account(QUOTE_ASSET, nowMs);
  return {
    ...row,
    exposureLimitShare: limits.exposureShareMax,
    dailyLossLimitQuote: limits.dailyLossQuoteMax,
    balances: ledger.balances().map(({ asset, free, locked, ledger: booked }) => ({
      asset,
      free: free ?? '0',
      locked: locked ?? '0',
      ledger: booked,
    })),
  };
}

function health(
  sources: DeskSources,
  instrumentIds: readonly string[],
  market: MarketView,
  execution: ExecutionView,
  board: NoticeBoard,
): Health {
  const nowMs = sources.nowMs();
  const ageOf = (quote: Quote | null): number | null => quote && Math.max(0, nowMs - quote.receivedTimeMs);
  const feeds = instrumentIds.map((instrumentId) => ({
    instrumentId,
    status: market.feedStatus(instrumentId),
    sinceMs: board.feed(instrumentId)?.sinceMs ?? null,
    why: board.feed(instrumentId)?.why ?? '',
    ageMs: ageOf(market.quote(instrumentId)),
    resyncs: resyncsOf(board, instrumentId),
  }));
  const ages = feeds.map((feed) => feed.ageMs).filter((age) => age !== null);
  return {
    feedAgeMs: ages.length === 0 ? null : Math.min(...ages),
    venueRoundTripMs: board.venue?.roundTripMs ?? null,
    clockSkewMs: board.venue?.clockSkewMs ?? null,
    closeToProposalMs: board.closeToProposalMs,
    inferenceMs: board.inferenceMs,
    provider: sources.models().find((model) => model.provider !== null)?.provider ?? null,
    memoryBytes: process.memoryUsage.rss(),
    logEvents: sources.logEvents(),
    chain: sources.chain(),
    workers: board.workers.map((worker) => ({ ...worker })),
    feeds,
    privateStream: execution.privateStream(),
    privateStreamSinceMs: board.privateStream?.sinceMs ?? null,
    privateStreamWhy: board.privateStream?.why ?? '',
    lastAuditAtMs: execution.lastAuditAtMs(),
    lastAudit: board.lastAudit,
    venue: board.venue && venueRow(board.venue),
    perpetuals: perpetualsHealth(execution, board),
    deadMan: sources.deadMan(),
    repairs: [...sources.startRepairs, ...execution.repairs()].slice(-100).map((repair) => ({ ...repair })),
  };
}

function perpetualsHealth(execution: ExecutionView, board: NoticeBoard): Health['perpetuals'] {
  const { health: said, privateStream } = board.other(PERPETUAL_VENUE);
  if (!said && !privateStream) return null;
  return {
    privateStream: execution.privateStream(PERPETUAL_VENUE),
    privateStreamSinceMs: privateStream?.sinceMs ?? null,
    privateStreamWhy: privateStream?.why ?? '',
    lastAuditAtMs: execution.lastAuditAtMs(PERPETUAL_VENUE),
    venueRoundTripMs: said?.roundTripMs ?? null,
    venue: said && venueRow(said),
  };
}

function resyncsOf(board: NoticeBoard, instrumentId: string): number {
  const said = isPerpetual(instrumentId) ? board.other(PERPETUAL_VENUE).health : board.venue;
  return said?.resyncs.find((entry) => entry.instrumentId === instrumentId)?.count ?? 0;
}

function venueRow(venue: VenueHealth): NonNullable<Health['venue']> {
  return {
    atMs: venue.atMs,
    budget: { ...venue.budget, waiting: { ...venue.budget.waiting } },
    breakers: venue.breakers.map((breaker) => ({ ...breaker })),
    audit: { ...venue.audit },
    messages: {
      received: venue.messagesReceived,
      quarantined: venue.messagesQuarantined,
      reasons: venue.quarantine.map((reason) => ({ ...reason })),
    },
  };
}
