import type { EngineEvent, EventKind, InputEvent } from '../domain/events.ts';

/**
 * Where an event is kept. `ledger`: for ever, fsynced before anything acts on it. `market`: batched, rotated out with an
 * anchor hash kept; after a restart it comes again from the venue.
 */
export type Lane = 'ledger' | 'market';

interface Traits {
  readonly lane: Lane;
  /** `outside` enters at the front door; `stage` is what a stage concluded. */
  readonly from: 'outside' | 'stage';
  /** Part of the decision stream that is compared as one hash: what the engine decided, not what it was told. */
  readonly decision: boolean;
}

const MARKET_INPUT: Traits = { lane: 'market', from: 'outside', decision: false };
const MARKET_OUTPUT: Traits = { lane: 'market', from: 'stage', decision: false };
const MARKET_DECISION: Traits = { lane: 'market', from: 'stage', decision: true };
const LEDGER_INPUT: Traits = { lane: 'ledger', from: 'outside', decision: false };
const LEDGER_DECISION: Traits = { lane: 'ledger', from: 'stage', decision: true };

const TRAITS: Readonly<Record<EventKind, Traits>> = {
  EngineStarted: LEDGER_INPUT,
  ClockTicked: MARKET_INPUT,
  // Once a start, and where the venue changes them: the books need the rules of what they hold before the venue answers.
  InstrumentsLoaded: LEDGER_INPUT,
  HistoryLoaded: MARKET_INPUT,
  MarketBatchReceived: MARKET_INPUT,
  MarkPriceReceived: MARKET_INPUT,
  VenueCandleClosed: MARKET_INPUT,
  OpenCandleReceived: MARKET_INPUT,
  FeedStatusChanged: MARKET_INPUT,
  // What held entries back belongs in the journal.
  PrivateStreamChanged: LEDGER_INPUT,
  VenueAccessChanged: LEDGER_INPUT,
  PredictionArrived: MARKET_INPUT,
  PredictionFailed: MARKET_INPUT,
  AnswersGathered: MARKET_INPUT,
  ModelStateChanged: MARKET_INPUT,
  LineUpSet: LEDGER_INPUT,
  StrategySpoke: MARKET_INPUT,
  // Why a strategy proposes nothing any more belongs in the journal.
  StrategySwitchedOff: LEDGER_INPUT,
  EnsembleSet: LEDGER_INPUT,
  TrustModelSet: LEDGER_INPUT,
  // What an audit leads to (fills, states, repairs) is kept for ever; the audit itself can be asked again.
  AuditReceived: MARKET_INPUT,
  ApproveRequested: LEDGER_INPUT,
  DeclineRequested: LEDGER_INPUT,
  ChangeRequested: LEDGER_INPUT,
  ManualOrderRequested: LEDGER_INPUT,
  CancelRequested: LEDGER_INPUT,
  CancelAllRequested: LEDGER_INPUT,
  FlattenRequested: LEDGER_INPUT,
  ArmSet: LEDGER_INPUT,
  KillSwitchSet: LEDGER_INPUT,
  LimitsSet: LEDGER_INPUT,
  MandateSet: LEDGER_INPUT,
  DeadManSwitchSet: LEDGER_INPUT,
  DeadManFired: LEDGER_INPUT,
  DifferenceAcknowledged: LEDGER_INPUT,
  SubmitAnswered: LEDGER_INPUT,
  CancelAnswered: LEDGER_INPUT,
  OrderReported: LEDGER_INPUT,
  FillReported: LEDGER_INPUT,
  OrderQueried: LEDGER_INPUT,
  RulesChanged: LEDGER_DECISION,
  CandleClosed: MARKET_OUTPUT,
  CandleCorrected: MARKET_OUTPUT,
  FeaturesComputed: MARKET_OUTPUT,
  // Kept: who asks later why a proposal lapsed finds it.
  ModelFitnessChanged: LEDGER_DECISION,
  Abstained: MARKET_DECISION,
  VotesCounted: MARKET_DECISION,
  // What a member is worth is not forgotten by a restart.
  ScoresTallied: LEDGER_DECISION,
  ProposalMade: LEDGER_DECISION,
  RiskVerdictGiven: LEDGER_DECISION,
  ApprovalAsked: LEDGER_DECISION,
  ProposalDeclined: LEDGER_DECISION,
  ProposalLapsed: LEDGER_DECISION,
  RestTakenBack: LEDGER_DECISION,
  RequestRefused: LEDGER_DECISION,
  OrderSigned: LEDGER_DECISION,
  SignatureVoided: LEDGER_DECISION,
  ReductionWanted: LEDGER_DECISION,
  OrderPersisted: LEDGER_DECISION,
  OrderStateChanged: LEDGER_DECISION,
  CancelWanted: LEDGER_DECISION,
  ForeignOrderSeen: LEDGER_DECISION,
  FillBooked: LEDGER_DECISION,
  IncomeBooked: LEDGER_DECISION,
  ProtectionChanged: LEDGER_DECISION,
  OpeningBalancesBooked: LEDGER_DECISION,
  BalanceDiffered: LEDGER_DECISION,
  BalanceAdjusted: LEDGER_DECISION,
  AnomalyStated: LEDGER_DECISION,
  DayOpened: LEDGER_DECISION,
  Reconciled: LEDGER_DECISION,
};

/** False for what only another version of the program writes. */
export const isKnownKind = (kind: string): kind is EventKind => Object.hasOwn(TRAITS, kind);

export const laneOf = (event: EngineEvent): Lane => TRAITS[event.kind].lane;

export const isDecision = (event: EngineEvent): boolean => TRAITS[event.kind].decision;

export const isInput = (event: EngineEvent): event is InputEvent => TRAITS[event.kind].from === 'outside';
