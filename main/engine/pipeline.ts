import type { ModelCard } from '../ml/card.ts';
import { createApprovalStage } from './approval/approval-stage.ts';
import { createDeadManStage } from './dead-man-stage.ts';
import type { Agent } from './decision/agent.ts';
import { createDecisionStage } from './decision/decision-stage.ts';
import { createModelAgent } from './decision/model-agent.ts';
import { createMomentumAgent } from './decision/momentum-agent.ts';
import { MOMENTUM_RECORD } from './decision/momentum-record.ts';
import type { Timeframe } from './domain/candle.ts';
import type { CandleRow, EngineEvent } from './domain/events.ts';
import { type InstrumentId, isPerpetual } from './domain/instrument.ts';
import type { MarketView } from './domain/market.ts';
import type { OrdersView, PortfolioView } from './domain/portfolio.ts';
import { createExecutionStage } from './execution/execution-stage.ts';
import { featureSetByName } from './features/feature-sets.ts';
import { createFeaturesStage, type FeatureStream } from './features/features-stage.ts';
import { createInferenceStage } from './inference/inference-stage.ts';
import { createInstrumentsStage } from './instruments-stage.ts';
import type { Stage } from './kernel/stage.ts';
import { createLedgerStage } from './ledger/ledger-stage.ts';
import { createMarketStage } from './market/market-stage.ts';
import { libraryOf, type ModelLibrary, profileOf, termsOf } from './model-cards.ts';
import { createRiskStage } from './risk/risk-stage.ts';
import { type StrategyAccount, strategyAccount } from './strategy-account.ts';

/** What a venue takes from the taker; costs, sizes and risks are reckoned with it. */
const FEE_BPS = 10;

/** The features that a model looks at; null where this build does not compute them. */
function featureStreamOf({ timeframe, featureSet }: ModelCard): FeatureStream | null {
  const set = featureSetByName(featureSet.name);
  return set ? { timeframe, set } : null;
}

/** Candles of perpetuals: models were measured on spot, and what they would say there is worth nothing. */
function isPerpetualCandle(event: EngineEvent): boolean {
  if (event.kind !== 'HistoryLoaded' && event.kind !== 'CandleClosed' && event.kind !== 'CandleCorrected') return false;
  return isPerpetual(event.instrumentId);
}

/** The stage as it is, but for candles that are not of spot. */
function ofSpotCandles<S extends Stage>(stage: S): S {
  return {
    ...stage,
    apply: (event, timeMs) => isPerpetualCandle(event) || stage.apply(event, timeMs),
    handle: (event, context) => isPerpetualCandle(event) || stage.handle(event, context),
  };
}

/** Who proposes, by the account that they look at. */
export type AgentsOf = (account: StrategyAccount) => {
  /** Beside the models and the named rule, or in their place. */
  readonly strategies: readonly Agent[];
  readonly alone: boolean;
};

const withoutStrategies: AgentsOf = () => ({ strategies: [], alone: false });

const fromCard = <T>(card: ModelCard | null, make: (card: ModelCard) => T): T | null => (card ? make(card) : null);

/** Candles that a model begins with which joins while the engine runs. */
const PAST_CANDLES = 720;

/**
 * The one direction, wired: market → features → inference → decision → risk → approval → execution → ledger. Live,
 * paper, replay and simulation all run what this returns. Stages look at one another only through the views below.
 */
export function createPipeline(
  cards: readonly ModelCard[],
  agentsOf: AgentsOf = withoutStrategies,
  library: ModelLibrary = libraryOf(cards),
) {
  const instruments = createInstrumentsStage();
  const market = createMarketStage();
  const marketView: MarketView = market.view;
  const portfolio: PortfolioView = {
    cashQuote: (asset) => ledger.portfolio.cashQuote(asset),
    marginQuote: (account) => ledger.portfolio.marginQuote(account),
    equityQuote: (asset) => ledger.portfolio.equityQuote(asset),
    position: (id) => ledger.portfolio.position(id),
    positions: () => ledger.portfolio.positions(),
    pnlTodayQuote: (asset, nowMs) => ledger.portfolio.pnlTodayQuote(asset, nowMs),
  };
  const orders: OrdersView = {
    open: () => execution.orders.open(),
    hasUnknown: (id) => execution.orders.hasUnknown(id),
  };
  const seen = { market: marketView, portfolio, orders, instruments: () => instruments.byId };

  /** Of spot, which is all that models are asked about. */
  const past = (timeframe: Timeframe): [InstrumentId, CandleRow[]][] =>
    [...instruments.byId.keys()]
      .filter((id) => !isPerpetual(id))
      .map((id) => [id, market.closedCandles(id, timeframe, PAST_CANDLES)]);

  const features = createFeaturesStage(
    cards.flatMap((card) => featureStreamOf(card) ?? []),
    { streamOf: (model, version) => fromCard(library.cardOf(model, version), featureStreamOf), past },
  );
  const inference = createInferenceStage({
    models: cards.map(termsOf),
    termsFor: (model, version) => fromCard(library.cardOf(model, version), termsOf),
    rows: (timeframe, featureSet, id) => features.view.rows(timeframe, featureSet, id),
  });
  const fitness = inference.view;
  const risk = createRiskStage({ ...seen, feeBps: FEE_BPS });
  const account = strategyAccount(portfolio, marketView, instruments.byId);
  const { strategies, alone } = agentsOf(account);
  const memberOf = (card: ModelCard): Agent =>
    createModelAgent(profileOf(card), (id, nowMs) => fitness.of(card.name, id, nowMs));
  const decision = createDecisionStage({
    ...seen,
    limits: () => risk.view.limits(),
    entriesHeld: (venue) => risk.view.entriesHeld(venue),
    agents: [...(alone ? [] : [...cards.map(memberOf), createMomentumAgent(MOMENTUM_RECORD)]), ...strategies],
    past,
    modelAgent: (model, version) => (alone ? null : fromCard(library.cardOf(model, version), memberOf)),
    feeBps: FEE_BPS,
  });
  const approval = createApprovalStage({
    ...seen,
    fitnessOf: (model, id, nowMs) => fitness.of(model, id, nowMs),
    limits: () => risk.view.limits(),
    recheck: (proposal, qtyBase, nowMs) => risk.view.recheck(proposal, qtyBase, nowMs),
    isVerdict: (verdict) => risk.view.isVerdict(verdict),
  });
  const execution = createExecutionStage({
    market: marketView,
    portfolio,
    instruments: instruments.view,
    isCountersigned: (order) => approval.view.isCountersigned(order),
  });
  const ledger = createLedgerStage({ market: marketView, instruments: instruments.view });
  const deadMan = createDeadManStage(orders);
  const stages: readonly Stage[] = [
    instruments,
    market,
    ofSpotCandles(features),
    inference,
    decision,
    risk,
    approval,
    execution,
    ledger,
    deadMan,
  ];
  return {
    stages,
    account,
    instruments,
    market,
    features,
    inference,
    decision,
    risk,
    approval,
    execution,
    ledger,
    deadMan,
  };
}

export type Pipeline = ReturnType<typeof createPipeline>;
