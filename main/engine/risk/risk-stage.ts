import type { EngineEvent } from '../domain/events.ts';
import { type Stakes, stakesOf } from '../domain/exposure.ts';
import { type Instrument, type InstrumentId, SPOT_VENUE } from '../domain/instrument.ts';
import type { MarketView } from '../domain/market.ts';
import type { OrdersView, PortfolioView } from '../domain/portfolio.ts';
import type { Proposal, Reason, RiskLimits, RiskVerdict } from '../domain/proposal.ts';
import { createSeal } from '../domain/seal.ts';
import type { Stage, StageContext } from '../kernel/stage.ts';
import { evaluate, type RiskInputs } from './evaluate.ts';
import { readLimits } from './exact-limits.ts';
import { createRiskState, type Hold } from './risk-state.ts';

export interface RiskDeps {
  readonly market: MarketView;
  readonly portfolio: PortfolioView;
  readonly orders: OrdersView;
  instruments(): ReadonlyMap<InstrumentId, Instrument>;
  /** Taker fee that costs and losses are reckoned with; perpetuals cost less. */
  readonly feeBps: number;
}

export interface Safety {
  readonly armed: boolean;
  readonly killSwitch: boolean;
  /** Why entries are held back beside the kill switch; empty when they are not. */
  readonly holds: readonly Hold[];
}

export interface RiskView {
  safety(): Safety;
  limits(): Required<RiskLimits>;
  /** Why every entry at a venue would be denied just now, whatever it is; null where none would be for that. */
  entriesHeld(venue: string): Reason | null;
  /** The sealed verdict at the moment of sending, on `qtyBase` of the proposal. */
  recheck(proposal: Proposal, qtyBase: string, nowMs: number): RiskVerdict;
  /** What the gate would say; not sealed, so that nothing can be signed with it. */
  preview(proposal: Proposal, nowMs: number): RiskVerdict;
  /** True for the verdicts that this gate gave in this process. */
  isVerdict(verdict: RiskVerdict): boolean;
}

const NO_STAKES: Stakes = {
  heldBase: 0n,
  closableBase: 0n,
  instrumentQuote: 0n,
  totalQuote: 0n,
  freeCashQuote: 0n,
  perpetual: null,
};

/** The gate: `main/engine/risk/SPEC.md`. */
export function createRiskStage(deps: RiskDeps): Stage & { readonly view: RiskView } {
  const { market, portfolio, orders, feeBps } = deps;
  const state = createRiskState();
  const seal = createSeal<RiskVerdict>();

  const gather = ({ instrumentId }: Proposal, nowMs: number): RiskInputs => {
    const instruments = deps.instruments();
    const instrument = instruments.get(instrumentId) ?? null;
    return {
      nowMs,
      instrument,
      quote: market.quote(instrumentId),
      feedStatus: market.feedStatus(instrumentId),
      limits: state.exact,
      stakes: instrument ? stakesOf(instrument, { market, portfolio, orders, instruments }, feeBps) : NO_STAKES,
      equityQuote: instrument ? portfolio.equityQuote(instrument.quote) : 0n,
      pnlTodayQuote: instrument ? portfolio.pnlTodayQuote(instrument.quote, nowMs) : 0n,
      ordersLastMinute: state.ordersLastMinute(nowMs),
      killSwitch: state.killSwitch,
      armed: state.armed,
      holds: state.holds(instrument?.venue ?? SPOT_VENUE),
      hasUnknown: orders.hasUnknown(instrumentId),
      feeBps,
    };
  };

  const handle = (event: EngineEvent, context: StageContext): void => {
    if (event.kind === 'ProposalMade') {
      const { proposal } = event;
      const verdict = seal.stamp(evaluate(proposal, 'proposing', gather(proposal, context.nowMs)));
      context.emit({ kind: 'RiskVerdictGiven', proposalId: proposal.id, verdict });
    } else if (event.kind === 'LimitsSet') {
      const read = readLimits(event.limits);
      if (read.ok) return;
      context.emit({ kind: 'RequestRefused', subject: 'limits', code: read.error.kind, text: read.error.text });
    }
  };

  return {
    name: 'risk',
    apply: (event, timeMs) => state.apply(event, timeMs),
    handle,
    view: {
      safety: () => ({ armed: state.armed, killSwitch: state.killSwitch, holds: state.allHolds() }),
      limits: () => state.limits,
      entriesHeld(venue) {
        if (state.killSwitch) return { code: 'kill-switch', text: 'the kill switch is on' };
        return state.holds(venue)[0] ?? null;
      },
      recheck(proposal, qtyBase, nowMs) {
        const asked = { ...proposal, qtyBase };
        return seal.stamp(evaluate(asked, 'sending', gather(proposal, nowMs)));
      },
      preview: (proposal, nowMs) => evaluate(proposal, 'proposing', gather(proposal, nowMs)),
      isVerdict: (verdict) => seal.isStamped(verdict),
    },
  };
}
