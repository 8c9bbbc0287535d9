import { divideDecimal, formatDecimal, multiplyDecimal, parseDecimal, toNumberLossy } from '../domain/decimal.ts';
import type {
  ApproveRequested,
  ChangeRequested,
  EngineEvent,
  ManualOrderRequested,
  ReductionWanted,
} from '../domain/events.ts';
import type { Instrument, InstrumentId } from '../domain/instrument.ts';
import { bandEdge, floorToLot, withinBand } from '../domain/money.ts';
import type { CountersignedOrder, Signature } from '../domain/order.ts';
import type { OrdersView } from '../domain/portfolio.ts';
import { isReduction, type Mandate, type Proposal, type RiskVerdict } from '../domain/proposal.ts';
import { assert, type Result } from '../domain/result.ts';
import { createSeal } from '../domain/seal.ts';
import type { Stage, StageContext } from '../kernel/stage.ts';
import { type Case, createCases, isAsked, isOpen, termsOf } from './cases.ts';
import { checkMandate, mandateRefusal } from './mandate.ts';
import { driftedSupport, type FitnessOf, lostSupport } from './model-support.ts';
import { changedProposal, manualProposal, type PersonViews, touchOf } from './person-proposals.ts';
import { createReductions, reductionSubject } from './reductions.ts';

export interface ApprovalDeps extends PersonViews {
  readonly orders: OrdersView;
  readonly fitnessOf: FitnessOf;
  /** The gate at the moment of sending, on `qtyBase` of the proposal. */
  recheck(proposal: Proposal, qtyBase: string, nowMs: number): RiskVerdict;
  /** True for verdicts that the gate itself made. */
  isVerdict(verdict: RiskVerdict): boolean;
}

export interface ApprovalView {
  /** Every case the gate has answered: open ones and the last finished ones, oldest first. */
  proposals(): readonly Case[];
  proposal(proposalId: string): Case | null;
  mandate(): Mandate | null;
  /** A ticket as the gate would see it, for a preview. */
  draftManual(
    request: Omit<ManualOrderRequested, 'kind'>,
    nowMs: number,
  ): Result<Proposal, { kind: string; text: string }>;
  /** The worst price at which the venue may fill a proposal at market; null where there is no bound. */
  marketBound(proposal: Proposal): string | null;
  /** True for the orders that this stage signed in this process, and for no other object. */
  isCountersigned(order: CountersignedOrder): boolean;
}

/** Keys repeat: an answer this soon after a question was asked again was meant for the question before. */
const READ_AGAIN_MS = 500;
/** A clock that was set back by more says nothing about how long a question has been open: it is over. */
const CLOCK_BACK_MS_MAX = 1_000;
const OPEN_CASES_MAX = 256;
const REQUESTS_REMEMBERED = 5_000;

const isOver = ({ expiresAtMs, updatedAtMs }: Case, nowMs: number): boolean =>
  nowMs > expiresAtMs || nowMs < updatedAtMs - CLOCK_BACK_MS_MAX;

const findingsText = ({ findings }: RiskVerdict): string => findings.map(({ text }) => text).join('; ');

const REFUSALS: Readonly<Record<Case['state'], readonly [code: string, text: string]>> = {
  made: ['not-yet-judged', 'the gate has not answered yet'],
  pending: ['', ''],
  'asks-again': ['', ''],
  signed: ['already-signed', 'it is signed already: one signature per proposal'],
  declined: ['already-declined', 'it was declined'],
  lapsed: ['lapsed', 'it has lapsed'],
  denied: ['denied', 'the gate denied it'],
};

/** The queue and the signatures: `main/engine/approval/SPEC.md`. */
export function createApprovalStage(deps: ApprovalDeps): Stage & { readonly view: ApprovalView } {
  const cases = createCases();
  const reductions = createReductions(deps);
  const seal = createSeal<CountersignedOrder>();
  /** How often each ticket was handed in. */
  const requests = new Map<string, number>();
  let mandate: Mandate | null = null;

  const countRequest = (requestId: string): void => {
    requests.set(requestId, (requests.get(requestId) ?? 0) + 1);
    if (requests.size <= REQUESTS_REMEMBERED) return;
    const oldest = requests.keys().next();
    if (!oldest.done) requests.delete(oldest.value);
  };

  const apply = (event: EngineEvent, timeMs: number): void => {
    cases.apply(event, timeMs);
    reductions.apply(event);
    if (event.kind === 'ManualOrderRequested') countRequest(event.requestId);
    if (event.kind === 'MandateSet' && (event.mandate === null || checkMandate(event.mandate).ok)) {
      mandate = event.mandate;
    }
  };

  const refuse = (context: StageContext, subject: string, code: string, text: string): void =>
    context.emit({ kind: 'RequestRefused', subject, code, text });

  const lapse = (context: StageContext, { proposal }: Case, why: string): void =>
    context.emit({ kind: 'ProposalLapsed', proposalId: proposal.id, why });

  const instrumentOf = (instrumentId: InstrumentId): Instrument => {
    const instrument = deps.instruments().get(instrumentId);
    assert(instrument, `a verdict passed for ${instrumentId}, whose rules are not loaded`);
    return instrument;
  };

  const askAgain = (context: StageContext, held: Case, why: string, qtyBase = held.qtyBase): void => {
    const { proposal } = held;
    const touch = touchOf(deps.market.quote(proposal.instrumentId), proposal.side);
    context.emit({
      kind: 'ApprovalAsked',
      proposalId: proposal.id,
      qtyBase,
      again: true,
      why,
      bandPrice: touch ?? held.bandPrice,
      expiresAtMs: context.nowMs + deps.limits().approvalTtlMs,
    });
  };

  /** The edge of the band that an entry at market was signed with; what reduces a position has no bound. */
  const marketBound = (proposal: Proposal): string | null => {
    const { instrumentId, orderType, side, bandPrice, bandBps } = proposal;
    return orderType === 'market' && !isReduction(proposal)
      ? formatDecimal(bandEdge(parseDecimal(bandPrice), bandBps, side, instrumentOf(instrumentId)))
      : null;
  };

  const sign = (context: StageContext, proposal: Proposal, verdict: RiskVerdict, signature: Signature): void => {
    assert(deps.isVerdict(verdict) && verdict.outcome === 'pass', 'only a passing verdict of the gate is signed');
    const opens = !isReduction(proposal);
    const order: CountersignedOrder = {
      clientOrderId: context.newId('cs'),
      proposalId: proposal.id,
      instrumentId: proposal.instrumentId,
      purpose: opens ? 'entry' : 'exit',
      side: proposal.side,
      type: proposal.orderType,
      qtyBase: verdict.qtyBase,
      limitPrice: proposal.orderType === 'market' ? marketBound(proposal) : proposal.entryPrice,
      triggerPrice: null,
      protectiveStopPrice: opens ? proposal.stopPrice : null,
      targetPrice: opens ? proposal.targetPrice : null,
      signature,
      agent: proposal.agent,
      ...(proposal.restsFor && { restsFor: proposal.restsFor.strategy }),
    };
    context.emit({ kind: 'OrderSigned', order: seal.stamp(order) });
  };

  /** Why the price no longer allows this approval, or null: not stale, and within the band it was asked with. */
  const priceMoved = ({ proposal, bandPrice }: Case, nowMs: number): string | null => {
    const { instrumentId, side, bandBps } = proposal;
    const quote = deps.market.quote(instrumentId);
    const touch = touchOf(quote, side);
    if (!quote || touch === null) return 'there is no quote to check the price against';
    const status = deps.market.feedStatus(instrumentId);
    if (status !== 'live') return `the market feed is ${status}`;
    const ageMs = nowMs - quote.receivedTimeMs;
    if (!(ageMs <= deps.limits().quoteAgeMsMax && ageMs >= -CLOCK_BACK_MS_MAX)) return `the quote is ${ageMs} ms old`;
    const [now, then] = [parseDecimal(touch), parseDecimal(bandPrice)];
    if (withinBand(now, then, bandBps)) return null;
    const bps = toNumberLossy(divideDecimal((now - then) * 10_000n, then, 'half-up'));
    return `the price moved ${bps > 0 ? '+' : '−'}${Math.abs(bps).toFixed(1)} bps since you were asked, the band is ±${bandBps}`;
  };

  /** Price band, then the gate once more; signs exactly what was asked for, or asks again with the reason. */
  const answer = (context: StageContext, held: Case, qtyBase: string, signature: Signature): void => {
    const { proposal } = held;
    const moved = priceMoved(held, context.nowMs);
    if (moved !== null) {
      askAgain(context, held, moved);
      return;
    }
    const asked = { ...proposal, bandPrice: held.bandPrice };
    const verdict = deps.recheck(asked, qtyBase, context.nowMs);
    if (verdict.outcome === 'pass') sign(context, asked, verdict, signature);
    else askAgain(context, held, findingsText(verdict), verdict.outcome === 'shrink' ? verdict.qtyBase : held.qtyBase);
  };

  /** Why a question is over, whoever answers it now; null where it is not. */
  const overBecause = (held: Case, nowMs: number): string | null =>
    isOver(held, nowMs) ? 'nobody answered in time' : lostSupport(held.proposal, deps.fitnessOf, nowMs);

  /** Half of what is asked, on the lot grid; null where that is less than the venue takes. */
  const halfOf = ({ proposal, qtyBase }: Case): string | null => {
    const instrument = instrumentOf(proposal.instrumentId);
    const half = floorToLot(parseDecimal(qtyBase) / 2n, instrument).atoms;
    const notional = multiplyDecimal(half, parseDecimal(proposal.entryPrice), 'down');
    return half > 0n && half >= instrument.minQty && notional >= instrument.minNotional ? formatDecimal(half) : null;
  };

  /** The case a person may answer now; otherwise says why not. */
  const answerable = (context: StageContext, proposalId: string): Case | null => {
    const held = cases.get(proposalId);
    if (!held) {
      refuse(context, proposalId, 'unknown-proposal', 'there is no such proposal');
      return null;
    }
    if (!isAsked(held)) {
      const [code, text] = REFUSALS[held.state];
      refuse(context, proposalId, code, text);
      return null;
    }
    const over = overBecause(held, context.nowMs);
    if (over !== null) {
      lapse(context, held, over);
      refuse(context, proposalId, 'lapsed', `it lapsed before your answer: ${over}`);
      return null;
    }
    return held;
  };

  const approve = (context: StageContext, { proposalId, portion, terms }: ApproveRequested): void => {
    const held = answerable(context, proposalId);
    if (!held) return;
    if (terms !== undefined && terms !== termsOf(held)) {
      refuse(context, proposalId, 'terms-changed', 'its terms changed since they were on your screen: read them again');
      return;
    }
    if (held.askedAgainAtMs !== null && context.nowMs - held.askedAgainAtMs < READ_AGAIN_MS) {
      refuse(context, proposalId, 'read-again', 'it was just asked again: read it before you approve');
      return;
    }
    const qtyBase = portion === 'full' ? held.qtyBase : halfOf(held);
    if (qtyBase === null) {
      refuse(context, proposalId, 'below-minimum', "half is less than the venue's smallest order");
      return;
    }
    const how = held.proposal.changeOf === null ? 'approval' : 'change';
    answer(context, held, qtyBase, { by: 'person', how, atMs: context.nowMs });
  };

  const change = (context: StageContext, event: ChangeRequested): void => {
    const held = answerable(context, event.proposalId);
    if (!held) return;
    const before = { ...held.proposal, qtyBase: held.qtyBase };
    const made = changedProposal(before, event.change, context.newId('p'), context.nowMs, deps);
    if (!made.ok) {
      refuse(context, event.proposalId, made.error.kind, made.error.text);
      return;
    }
    context.emit({ kind: 'ProposalDeclined', proposalId: event.proposalId, why: 'changed' });
    context.emit({ kind: 'ProposalMade', proposal: made.value });
  };

  const placeManual = (context: StageContext, event: ManualOrderRequested): void => {
    if (requests.get(event.requestId) !== 1) {
      refuse(context, event.requestId, 'already-requested', 'this order was handed in before: it counts once');
      return;
    }
    const made = manualProposal(event, context.newId('m'), context.nowMs, deps);
    if (made.ok) context.emit({ kind: 'ProposalMade', proposal: made.value });
    else refuse(context, event.requestId, made.error.kind, made.error.text);
  };

  /** The click on the ticket was the signature: it holds for what was typed and nothing less. */
  const signManual = (context: StageContext, { proposal }: Case, verdict: RiskVerdict): void => {
    const subject = proposal.requestId ?? proposal.id;
    if (verdict.outcome !== 'pass') {
      const most = verdict.outcome === 'shrink' ? `; at most ${verdict.qtyBase} would pass` : '';
      refuse(context, subject, verdict.findings[0]?.code ?? 'denied', `${findingsText(verdict)}${most}`);
      return;
    }
    const sending = deps.recheck(proposal, proposal.qtyBase, context.nowMs);
    if (sending.outcome === 'pass') {
      sign(context, proposal, sending, { by: 'person', how: 'ticket', atMs: context.nowMs });
      return;
    }
    context.emit({ kind: 'ProposalLapsed', proposalId: proposal.id, why: findingsText(sending) });
    refuse(context, subject, sending.findings[0]?.code ?? 'denied', findingsText(sending));
  };

  const receiveVerdict = (context: StageContext, proposalId: string, verdict: RiskVerdict): void => {
    assert(deps.isVerdict(verdict), 'a verdict that the gate did not make');
    const held = cases.get(proposalId);
    if (!held) return;
    if (held.proposal.origin === 'manual') {
      signManual(context, held, verdict);
      return;
    }
    if (held.state !== 'made') return;
    if (cases.open().length > OPEN_CASES_MAX) {
      lapse(context, held, `the queue is full (${OPEN_CASES_MAX})`);
      return;
    }
    context.emit({
      kind: 'ApprovalAsked',
      proposalId,
      qtyBase: verdict.qtyBase,
      again: false,
      why: verdict.outcome === 'shrink' ? findingsText(verdict) : '',
      bandPrice: held.proposal.bandPrice,
      expiresAtMs: held.proposal.expiresAtMs,
    });
  };

  const tick = (context: StageContext): void => {
    const { nowMs } = context;
    const open = cases.open();
    if (open.length === 0) return;
    const living: Case[] = [];
    for (const held of open) {
      const over = overBecause(held, nowMs);
      if (over === null) living.push(held);
      else lapse(context, held, over);
    }
    if (mandate === null) return;
    const covering = mandate;
    // One per tick: the next is checked when this one already counts among the open orders.
    const covered = living.find((held) => mandateRefusal(covering, held, nowMs) === null);
    if (covered) answer(context, covered, covered.qtyBase, { by: 'mandate', mandate: covering.name, atMs: nowMs });
  };

  const signReduction = (context: StageContext, wanted: ReductionWanted): void => {
    const checked = reductions.check(wanted);
    if (!checked.ok) {
      refuse(context, reductionSubject(wanted), checked.error.kind, checked.error.text);
      return;
    }
    const { instrumentId, purpose, type, limitPrice, triggerPrice } = wanted;
    const why = purpose === 'flatten' ? 'flatten' : purpose === 'exit' ? 'close' : 'protect';
    const order: CountersignedOrder = {
      clientOrderId: context.newId('cs'),
      proposalId: null,
      instrumentId,
      purpose,
      side: wanted.side ?? 'sell',
      type,
      qtyBase: formatDecimal(checked.value),
      limitPrice,
      triggerPrice,
      protectiveStopPrice: null,
      targetPrice: null,
      signature: { by: 'system', why, atMs: context.nowMs },
      agent: 'system',
    };
    context.emit({ kind: 'OrderSigned', order: seal.stamp(order) });
  };

  const lapseAll = (context: StageContext, why: string, which: (held: Case) => boolean): void => {
    for (const held of cases.open()) if (which(held)) lapse(context, held, why);
  };

  /** What a crash kept off the disk between signature and order: nobody sends it any more. */
  const voidUnpersisted = (context: StageContext): void => {
    const why = 'the program ended before its order was on the disk: it was never sent';
    for (const order of cases.unpersisted()) context.emit({ kind: 'SignatureVoided', order, why });
  };

  const handle = (event: EngineEvent, context: StageContext): void => {
    switch (event.kind) {
      case 'EngineStarted':
        voidUnpersisted(context);
        lapseAll(context, 'the engine was restarted', isOpen);
        break;
      case 'ClockTicked':
        tick(context);
        break;
      case 'KillSwitchSet':
        if (event.on) lapseAll(context, 'the kill switch is on', ({ proposal }) => !isReduction(proposal));
        break;
      case 'ModelFitnessChanged':
        for (const held of cases.open()) {
          const why = driftedSupport(held.proposal, event);
          if (why !== null) lapse(context, held, why);
        }
        break;
      case 'RestTakenBack': {
        const held = cases.get(event.proposalId);
        if (held && isOpen(held)) lapse(context, held, `${event.strategy} took it back: ${event.text}`);
        break;
      }
      case 'MandateSet': {
        const checked = event.mandate && checkMandate(event.mandate);
        if (checked && !checked.ok) refuse(context, 'mandate', checked.error.kind, checked.error.text);
        break;
      }
      case 'RiskVerdictGiven':
        receiveVerdict(context, event.proposalId, event.verdict);
        break;
      case 'ApproveRequested':
        approve(context, event);
        break;
      case 'DeclineRequested': {
        const held = answerable(context, event.proposalId);
        if (held) context.emit({ kind: 'ProposalDeclined', proposalId: event.proposalId, why: event.why });
        break;
      }
      case 'ChangeRequested':
        change(context, event);
        break;
      case 'ManualOrderRequested':
        placeManual(context, event);
        break;
      case 'ReductionWanted':
        signReduction(context, event);
        break;
      default:
    }
  };

  return {
    name: 'approval',
    apply,
    handle,
    view: {
      proposals: () => cases.all().filter(({ state }) => state !== 'made'),
      proposal: (proposalId) => cases.get(proposalId),
      mandate: () => mandate,
      marketBound,
      draftManual: (request, nowMs) => manualProposal(request, 'preview', nowMs, deps),
      isCountersigned: (order) => seal.isStamped(order),
    },
  };
}
