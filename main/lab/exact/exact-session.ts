import { TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type { CandleRow, EngineEvent, StrategySpoke } from '../../engine/domain/events.ts';
import type { Engine } from '../../engine/engine.ts';
import { MANDATE_TICK_MS } from '../backtest/mandate-signer.ts';
import type { Answer, Approver } from './approver.ts';
import type { CandleVenue } from './candle-venue.ts';
import { type ExactPlan, timeframeOf } from './exact-plan.ts';
import type { HandClock } from './hand-clock.ts';
import type { Listing } from './listing.ts';
import { MandateWatch } from './mandate-watch.ts';
import { RunBooks } from './run-books.ts';

/** An instrument that has a bar at this step of the run. */
interface Due {
  readonly listing: Listing;
  readonly bar: number;
}

/** What happens at a time inside a bar: a person answers, or the engine's clock ticks for the mandate to look. */
interface Happening {
  readonly atMs: number;
  readonly proposalId: string;
  readonly say: Answer['say'] | 'tick';
}

/** What happens between the engine, its venue and the person, step by step; a step is a bar of every instrument that has one then. */
export class ExactSession {
  readonly books: RunBooks;
  readonly approvals = { asked: 0, signed: 0, byMandate: 0, declined: 0, lapsed: 0 };
  readonly mandate: MandateWatch | null;
  readonly abstained = new Map<string, number>();
  readonly #engine: Engine;
  readonly #venue: CandleVenue;
  readonly #clock: HandClock;
  readonly #plan: ExactPlan;
  readonly #approver: Approver;
  readonly #settled: (() => Promise<void>) | null;
  /** By the close that it was said about. */
  readonly #spoken: ReadonlyMap<number, readonly StrategySpoke[]>;
  readonly #timeframe: Timeframe;
  readonly #spanMs: number;
  /** Candles of longer timeframes told so far, by series. */
  readonly #told = new Map<object, number>();
  #happenings: Happening[] = [];
  #inputsDone = 0;
  #due: readonly Due[] = [];
  #started = false;

  /** @param settled resolves when whoever runs outside has spoken about the candles that have closed; null where nobody does */
  constructor(
    engine: Engine,
    venue: CandleVenue,
    clock: HandClock,
    plan: ExactPlan,
    approver: Approver,
    settled: (() => Promise<void>) | null,
  ) {
    this.#settled = settled;
    this.#spoken = Map.groupBy(plan.spoken ?? [], ({ candleCloseTimeMs }) => candleCloseTimeMs);
    this.#engine = engine;
    this.#venue = venue;
    this.#clock = clock;
    this.#plan = plan;
    this.#approver = approver;
    this.#timeframe = timeframeOf(plan.markets);
    this.#spanMs = TIMEFRAME_MS[this.#timeframe];
    this.books = new RunBooks(venue.listings, plan.settings);
    this.mandate = plan.mandate ? new MandateWatch(plan.mandate) : null;
  }

  /** The candles before close as these open; then answers, orders, and the rest of the bar. */
  async play(openMs: number, due: readonly Due[]): Promise<void> {
    this.#due = due;
    this.#clock.moveTo(openMs);
    this.#quoteOpens();
    if (!this.#started) this.#start();
    this.#takeInputs(openMs);
    this.#venue.work();
    this.#payFunding(openMs);
    for (const { listing, bar } of due) this.#tellClosed(listing, bar, openMs);
    if (this.#settled) await this.#settled();
    for (const event of this.#spoken.get(openMs) ?? []) this.#engine.request(event);
    this.#venue.work();
    this.#takeHappenings(openMs + this.#spanMs);
    this.#payFunding(openMs + this.#spanMs - 1);
    if (this.#venue.mayMove) {
      this.#clock.moveTo(openMs + this.#spanMs / 2);
      for (const { listing, bar } of due) this.#venue.pass(listing, bar);
    }
    this.#clock.moveTo(openMs + this.#spanMs - 1);
    for (const { listing, bar } of due) this.#venue.quote(listing, bar, listing.market.candles.close[bar]!);
    this.#engine.request({ kind: 'ClockTicked' });
    this.#venue.work();
    this.books.stepped(
      due.map(({ listing }) => listing),
      this.#venue.equity,
    );
  }

  saw(event: EngineEvent): void {
    switch (event.kind) {
      case 'ApprovalAsked':
        return this.#ask(event.proposalId, event.again);
      case 'OrderSigned':
        this.books.signed(event.order);
        if (event.order.proposalId === null) return;
        this.approvals.signed += 1;
        if (event.order.signature.by === 'mandate') this.approvals.byMandate += 1;
        this.mandate?.signed(event.order.proposalId, event.order.signature);
        return;
      case 'ProposalDeclined':
        this.approvals.declined += 1;
        return;
      case 'ProposalLapsed':
        this.approvals.lapsed += 1;
        return;
      case 'Abstained':
        this.abstained.set(event.code, (this.abstained.get(event.code) ?? 0) + 1);
        return;
      case 'FillBooked':
        return this.books.filled(event);
      default:
    }
  }

  #start(): void {
    this.#started = true;
    this.#engine.start();
    this.#quoteOpens();
    const { mandate } = this.#plan;
    if (mandate) this.#engine.request({ kind: 'MandateSet', mandate });
  }

  #payFunding(untilMs: number): void {
    for (const { instrumentId, event } of this.#venue.payFunding(untilMs)) this.books.funded(instrumentId, event);
  }

  #quoteOpens(): void {
    for (const { listing, bar } of this.#due) this.#venue.quote(listing, bar, listing.market.candles.open[bar]!);
  }

  #takeInputs(nowMs: number): void {
    const { inputs = [] } = this.#plan;
    for (let next = inputs[this.#inputsDone]; next && next.timeMs <= nowMs; next = inputs[this.#inputsDone]) {
      this.#inputsDone += 1;
      this.#engine.request(next.event);
    }
  }

  #ask(proposalId: string, again: boolean): void {
    this.approvals.asked += 1;
    const nowMs = this.#clock.nowMs();
    const held = this.#engine.pipeline.approval.view.proposal(proposalId);
    if (!held) return;
    const answer = this.#approver({ proposal: held.proposal, nowMs, again });
    if (answer) this.#happenings.push({ atMs: nowMs + answer.afterMs, proposalId, say: answer.say });
    if (!this.mandate) return;
    this.mandate.asked(held, nowMs + MANDATE_TICK_MS);
    // One per tick: with several questions at once the last is looked at some ticks later.
    const ticks = this.#happenings.filter(({ say }) => say === 'tick').length;
    this.#happenings.push({ atMs: nowMs + MANDATE_TICK_MS * (ticks + 1), proposalId, say: 'tick' });
  }

  /** The bar before this one of an instrument, and the longer ones that are over by now: longer ones first, as their bars began earlier. */
  #tellClosed(listing: Listing, bar: number, nowMs: number): void {
    const { longer = [], candles } = listing.market;
    for (const series of longer) {
      const lengthMs = TIMEFRAME_MS[series.timeframe];
      let next = this.#told.get(series) ?? 0;
      for (; series.candles.openTimeMs[next]! + lengthMs <= nowMs; next += 1)
        this.#venue.closed(listing, series.timeframe, rowOf(series.candles, next));
      this.#told.set(series, next);
    }
    if (bar === 0) return;
    this.#venue.closed(listing, this.#timeframe, rowOf(candles, bar - 1));
    this.#tellWord(listing, bar - 1);
  }

  /** What a model said at a close, where the market brings its words. */
  #tellWord({ record, market }: Listing, bar: number): void {
    const probability = market.predictions?.[bar] ?? Number.NaN;
    if (Number.isNaN(probability)) return;
    const candleCloseTimeMs = market.candles.openTimeMs[bar]! + this.#spanMs;
    this.#engine.request({
      ...LOGGED_WORD,
      instrumentId: record.id,
      timeframe: this.#timeframe,
      candleCloseTimeMs,
      rawProbability: probability,
      probability,
    });
  }

  /** What happens in this bar, in order of time; an order sent by it is at the venue `latencyMs` later. */
  #takeHappenings(endMs: number): void {
    for (;;) {
      this.#happenings.sort((a, b) => a.atMs - b.atMs);
      const next = this.#happenings[0];
      if (!next || next.atMs >= endMs) return;
      this.#happenings.shift();
      this.#clock.moveTo(next.atMs);
      this.#quoteNow(next.proposalId);
      this.#engine.request({ kind: 'ClockTicked' });
      const { proposalId, say } = next;
      if (say === 'approve') this.#engine.request({ kind: 'ApproveRequested', proposalId, portion: 'full' });
      else if (say === 'decline')
        this.#engine.request({ kind: 'DeclineRequested', proposalId, why: 'the person said no' });
      if (!this.#venue.hasOrders) continue;
      this.#clock.moveTo(next.atMs + this.#plan.settings.latencyMs);
      this.#quoteNow(proposalId);
      this.#venue.work();
    }
  }

  /** The instrument of a proposal as it stands now: on the straight line from the open to the close, as in the fast gear. */
  #quoteNow(proposalId: string): void {
    const asked = this.#engine.pipeline.approval.view.proposal(proposalId)?.proposal.instrumentId;
    const due = this.#due.find(({ listing }) => listing.record.id === asked);
    if (!due) return;
    const { listing, bar } = due;
    const { openTimeMs, open, close } = listing.market.candles;
    const share = Math.min(1, (this.#clock.nowMs() - openTimeMs[bar]!) / this.#spanMs);
    this.#venue.quote(listing, bar, share === 0 ? open[bar]! : open[bar]! + share * (close[bar]! - open[bar]!));
  }
}

/** Of nobody that this desk asks: no record, no edge. */
const LOGGED_WORD = {
  kind: 'PredictionArrived',
  requestId: 'logged',
  model: 'logged',
  version: '0.0.0',
  modelHash: '',
  record: null,
  edge: 'unknown',
  latencyMs: 0,
  late: false,
} as const;

const rowOf = ({ openTimeMs, open, high, low, close, volume }: ExactPlan['markets'][number]['candles'], bar: number) =>
  [openTimeMs[bar]!, open[bar]!, high[bar]!, low[bar]!, close[bar]!, volume[bar]!] satisfies CandleRow as CandleRow;
