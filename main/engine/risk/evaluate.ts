import {
  divideDecimal,
  formatDecimal,
  isDecimal,
  largerOf,
  multiplyDecimal,
  parseDecimal,
  toNumberLossy,
} from '../domain/decimal.ts';
import { bpsOf, lossPerUnit, type Stakes } from '../domain/exposure.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { FeedStatus, Quote } from '../domain/market.ts';
import { bandEdge, floorToLot } from '../domain/money.ts';
import { isReduction, type Proposal, type RiskFinding, type RiskVerdict } from '../domain/proposal.ts';
import { atLeastZero, type Cap, finding, quoteCap, words } from './caps.ts';
import type { ExactLimits } from './exact-limits.ts';
import { perpetualCaps } from './perpetual-caps.ts';
import { type ExactOrder, readOrder } from './read-order.ts';
import type { Hold } from './risk-state.ts';

/** Everything the gate looks at, gathered at one instant. Amounts in atoms of the quote asset. */
export interface RiskInputs {
  readonly nowMs: number;
  readonly instrument: Instrument | null;
  readonly quote: Quote | null;
  readonly feedStatus: FeedStatus;
  readonly limits: ExactLimits;
  readonly stakes: Stakes;
  readonly equityQuote: bigint;
  readonly pnlTodayQuote: bigint;
  readonly ordersLastMinute: number;
  readonly killSwitch: boolean;
  readonly armed: boolean;
  readonly holds: readonly Hold[];
  readonly hasUnknown: boolean;
  readonly feeBps: number;
}

const QUOTE_AHEAD_MS_MAX = 1_000;

/** Switches and holds: they stop what adds risk and nothing else. */
function switchFindings(proposal: Proposal, inputs: RiskInputs): RiskFinding[] {
  const found: RiskFinding[] = [];
  if (inputs.killSwitch) found.push(finding('kill-switch', 'on', 'off', 'switch', 'the kill switch is on'));
  for (const hold of inputs.holds) found.push(finding(hold.code, 'held', 'clear', 'state', hold.text));
  if (proposal.origin === 'manual' && !inputs.armed) {
    found.push(finding('not-armed', 'off', 'on', 'switch', 'the arm switch is off'));
  }
  if (inputs.hasUnknown) {
    const text = 'an order in this instrument has no known outcome yet';
    found.push(finding('unknown-order', 'unknown', 'known', 'state', text));
  }
  return found;
}

/** A quote that can be traded on: positive, not crossed. */
const isUsable = (quote: Quote): boolean =>
  isDecimal(quote.bid) &&
  isDecimal(quote.ask) &&
  parseDecimal(quote.bid) > 0n &&
  parseDecimal(quote.ask) >= parseDecimal(quote.bid);

function staleFinding({ quote, feedStatus, nowMs, limits }: RiskInputs): RiskFinding | null {
  if (!quote || !isUsable(quote)) return finding('no-quote', 'none', 'one', 'quote', 'there is no usable quote');
  const ageMs = nowMs - quote.receivedTimeMs;
  if (feedStatus !== 'live') {
    return finding('stale-data', feedStatus, 'live', 'feed', `the market feed is ${feedStatus}`);
  }
  // Written so that an age that is no number is stale; one from the future was taken before the clock was set back.
  if (ageMs <= limits.quoteAgeMsMax && ageMs >= -QUOTE_AHEAD_MS_MAX) return null;
  const text = `the quote is ${ageMs} ms old, the limit is ${limits.quoteAgeMsMax} ms`;
  return finding('stale-data', String(ageMs), String(limits.quoteAgeMsMax), 'ms', text);
}

/** A price that is worse than the touch by more than the band: a slip of the finger. A better one just rests. */
function bandFinding(proposal: Proposal, order: ExactOrder, inputs: RiskInputs): RiskFinding | null {
  const { quote, limits } = inputs;
  if (!quote || !isUsable(quote) || proposal.orderType === 'market') return null;
  const touch = parseDecimal(proposal.side === 'buy' ? quote.ask : quote.bid);
  const worse = proposal.side === 'buy' ? order.entry - touch : touch - order.entry;
  if (worse <= bpsOf(touch, limits.priceBandBps)) return null;
  const bps = toNumberLossy(divideDecimal(worse * 10_000n, touch, 'ceil'));
  const text = `the price is ${bps.toFixed(1)} bps worse than ${formatDecimal(touch)}, the band is ${limits.priceBandBps}`;
  return finding('price-band', bps.toFixed(2), String(limits.priceBandBps), 'bps', text);
}

function bracketFindings(proposal: Proposal, order: ExactOrder): RiskFinding[] {
  const { stop, target, entry } = order;
  const [behind, beyond] = proposal.side === 'buy' ? ['below', 'above'] : ['above', 'below'];
  const isBeyond = (price: bigint): boolean => (proposal.side === 'buy' ? price > entry : price < entry);
  const at = formatDecimal(entry);
  const found: RiskFinding[] = [];
  if (stop === null && proposal.origin !== 'manual') {
    found.push(finding('bad-stop', 'none', at, 'price', 'a proposed entry needs a stop'));
  }
  if (stop !== null && (stop === entry || isBeyond(stop))) {
    found.push(finding('bad-stop', formatDecimal(stop), at, 'price', `the stop must lie ${behind} the entry`));
  }
  if (target !== null && !isBeyond(target)) {
    found.push(finding('bad-stop', formatDecimal(target), at, 'price', `the target must lie ${beyond} the entry`));
  }
  return found;
}

function budgetFindings(inputs: RiskInputs): RiskFinding[] {
  const { limits, pnlTodayQuote, ordersLastMinute } = inputs;
  const found: RiskFinding[] = [];
  if (-pnlTodayQuote >= limits.dailyLossQuoteMax) {
    const [lost, most] = [formatDecimal(-pnlTodayQuote), formatDecimal(limits.dailyLossQuoteMax)];
    const text = `today has lost ${words(-pnlTodayQuote)}, the limit is ${words(limits.dailyLossQuoteMax)}`;
    found.push(finding('daily-loss', lost, most, 'quote', text));
  }
  // Written so that a count that is no number denies.
  if (!(ordersLastMinute < limits.ordersPerMinuteMax)) {
    const text = `${ordersLastMinute} orders in the last minute, the limit is ${limits.ordersPerMinuteMax}`;
    found.push(finding('order-rate', String(ordersLastMinute), String(limits.ordersPerMinuteMax), 'orders/min', text));
  }
  return found;
}

/** A market order is reckoned at the edge of its band: the venue fills it no worse. */
function worstEntry({ orderType, side, bandPrice, bandBps }: Proposal, { entry }: ExactOrder, instrument: Instrument) {
  return orderType === 'market' ? bandEdge(parseDecimal(bandPrice), bandBps, side, instrument) : entry;
}

/** The loss at the stop, where there is one. */
function stopCaps(order: ExactOrder, worst: bigint, inputs: RiskInputs): readonly Cap[] {
  const { stop, qty } = order;
  if (stop === null) return [];
  const most = multiplyDecimal(atLeastZero(inputs.equityQuote), inputs.limits.riskPerTradeShare, 'floor');
  return [quoteCap('risk-per-trade', most, lossPerUnit(worst, stop, inputs.feeBps), 0n, qty, 'the loss at the stop')];
}

/** Caps on a buy, each from one limit. */
function buyCaps(order: ExactOrder, worst: bigint, inputs: RiskInputs): readonly Cap[] {
  const { limits, stakes, equityQuote, feeBps } = inputs;
  const { qty } = order;
  const equity = atLeastZero(equityQuote);
  const exposureMax = multiplyDecimal(equity, limits.exposureShareMax, 'floor');
  const positionRoom = limits.positionNotionalQuoteMax - stakes.instrumentQuote;
  return [
    quoteCap('position-limit', positionRoom, worst, stakes.instrumentQuote, qty, 'the position'),
    quoteCap('exposure-limit', exposureMax - stakes.totalQuote, worst, stakes.totalQuote, qty, 'the exposure'),
    quoteCap('insufficient-cash', stakes.freeCashQuote, worst + bpsOf(worst, feeBps), 0n, qty, 'the cost with fees'),
    ...stopCaps(order, worst, inputs),
  ];
}

const sellCap = (qty: bigint, { stakes }: RiskInputs): Cap => {
  const [asked, free] = [formatDecimal(qty), formatDecimal(stakes.closableBase)];
  const text = `only ${free} is held that no other exit sells already`;
  return { qty: stakes.closableBase, finding: finding('nothing-to-sell', asked, free, 'base', text) };
};

/** A long is reduced by selling, a short by buying. */
function reduceCap(side: Proposal['side'], qty: bigint, { stakes }: RiskInputs): Cap {
  const { heldBase, closableBase } = stakes;
  const closes = side === 'sell' ? heldBase > 0n : heldBase < 0n;
  const most = closes ? closableBase : 0n;
  const way = side === 'sell' ? 'long' : 'short';
  const text = closes
    ? `only ${formatDecimal(most)} is held that no other exit closes already`
    : `there is no ${way} position to reduce`;
  return { qty: most, finding: finding('nothing-to-reduce', formatDecimal(qty), formatDecimal(most), 'base', text) };
}

function capsOf(proposal: Proposal, order: ExactOrder, instrument: Instrument, inputs: RiskInputs): readonly Cap[] {
  const worst = worstEntry(proposal, order, instrument);
  if (instrument.kind === 'perpetual') {
    if (proposal.reduceOnly) return [reduceCap(proposal.side, order.qty, inputs)];
    const price = largerOf(order.entry, worst);
    return [...perpetualCaps(proposal.side, order, price, inputs), ...stopCaps(order, worst, inputs)];
  }
  return proposal.side === 'buy' ? buyCaps(order, worst, inputs) : [sellCap(order.qty, inputs)];
}

const sizeCap = (qty: bigint, { maxQty }: Instrument): Cap => {
  const text = `the venue takes at most ${formatDecimal(maxQty)} in one order`;
  return { qty: maxQty, finding: finding('above-maximum', formatDecimal(qty), formatDecimal(maxQty), 'base', text) };
};

/** Less than the venue takes, or null. What is bound to reduce a perpetual may be worth as little as it likes. */
function minimumFinding(proposal: Proposal, qty: bigint, entry: bigint, instrument: Instrument): RiskFinding | null {
  const { minQty, minNotional } = instrument;
  if (qty < minQty || qty <= 0n) {
    const text = `${formatDecimal(qty)} is less than the venue's smallest quantity ${formatDecimal(minQty)}`;
    return finding('below-minimum', formatDecimal(qty), formatDecimal(minQty), 'base', text);
  }
  const notional = multiplyDecimal(qty, entry, 'down');
  const isExempt = instrument.kind === 'perpetual' && proposal.reduceOnly;
  if (isExempt || notional >= minNotional) return null;
  const text = `${words(notional)} is less than the venue's smallest order ${words(minNotional)}`;
  return finding('below-minimum', formatDecimal(notional), formatDecimal(minNotional), 'quote', text);
}

/** What denies outright, whatever the quantity. */
function denials(proposal: Proposal, order: ExactOrder, inputs: RiskInputs): RiskFinding[] {
  const band = bandFinding(proposal, order, inputs);
  if (isReduction(proposal)) {
    // A slip of the finger is held against a typed limit, by the last quote there was: a close at market always passes.
    return proposal.origin === 'manual' && band ? [band] : [];
  }
  const found = switchFindings(proposal, inputs);
  const stale = staleFinding(inputs);
  if (stale) found.push(stale);
  if (band) found.push(band);
  if (proposal.reduceOnly) {
    found.push(finding('nothing-to-sell', '0', '0', 'base', 'a spot position is not reduced by buying'));
  }
  found.push(...bracketFindings(proposal, order), ...budgetFindings(inputs));
  return found;
}

const share = (part: bigint, equity: bigint): number =>
  equity > 0n ? toNumberLossy(divideDecimal(part, equity, 'half-up')) : 0;

/** What is at stake in all afterwards, in atoms of quote. */
function totalAfter(proposal: Proposal, { entry }: ExactOrder, qty: bigint, { stakes }: RiskInputs): bigint {
  const { perpetual, totalQuote, instrumentQuote } = stakes;
  const notional = multiplyDecimal(entry, qty, 'up');
  if (!perpetual) return atLeastZero(proposal.side === 'buy' ? totalQuote + notional : totalQuote - notional);
  if (proposal.reduceOnly) return atLeastZero(totalQuote - notional);
  const [own, other] =
    proposal.side === 'buy' ? [perpetual.longBase, perpetual.shortBase] : [perpetual.shortBase, perpetual.longBase];
  const worst = largerOf(largerOf(own + qty, other), 0n);
  return totalQuote - instrumentQuote + multiplyDecimal(entry, worst, 'up');
}

function verdictOf(
  proposal: Proposal,
  phase: RiskVerdict['phase'],
  inputs: RiskInputs,
  decided: { outcome: RiskVerdict['outcome']; qty: bigint; order: ExactOrder | null; findings: readonly RiskFinding[] },
): RiskVerdict {
  const { qty, order } = decided;
  const { stakes, equityQuote, feeBps } = inputs;
  const after = order ? totalAfter(proposal, order, qty, inputs) : stakes.totalQuote;
  const stop = order && !isReduction(proposal) ? order.stop : null;
  const isBehind = order && stop !== null && (proposal.side === 'buy' ? stop < order.entry : stop > order.entry);
  const loss = isBehind ? multiplyDecimal(lossPerUnit(order.entry, stop, feeBps), qty, 'up') : null;
  return {
    proposalId: proposal.id,
    phase,
    outcome: decided.outcome,
    qtyBase: formatDecimal(qty),
    findings: decided.findings,
    exposureBefore: share(stakes.totalQuote, equityQuote),
    exposureAfter: share(after, equityQuote),
    riskQuote: loss === null ? null : formatDecimal(loss),
    atMs: inputs.nowMs,
  };
}

/**
 * The gate, as a function. It passes a proposal, shrinks its quantity on the lot grid, or denies it; never more than was
 * asked. What only reduces is stopped by nothing but the venue's own rules and what is held.
 */
export function evaluate(proposal: Proposal, phase: RiskVerdict['phase'], inputs: RiskInputs): RiskVerdict {
  const { instrument } = inputs;
  const deny = (findings: readonly RiskFinding[], order: ExactOrder | null) =>
    verdictOf(proposal, phase, inputs, { outcome: 'deny', qty: 0n, order, findings });
  if (!instrument) return deny([finding('no-quote', 'none', 'one', 'rules', 'its trading rules are not loaded')], null);
  const read = readOrder(proposal, instrument);
  if (!read.ok) return deny(read.error.findings, null);
  const order = read.value;
  const against = denials(proposal, order, inputs);
  if (against.length > 0) return deny(against, order);

  const caps = capsOf(proposal, order, instrument, inputs);
  let smallest = order.qty;
  const binding: RiskFinding[] = [];
  for (const cap of [...caps, sizeCap(order.qty, instrument)]) {
    if (cap.qty >= order.qty) continue;
    binding.push(cap.finding);
    if (cap.qty < smallest) smallest = cap.qty;
  }
  const qty = floorToLot(smallest, instrument).atoms;
  const tooLittle = minimumFinding(proposal, qty, order.entry, instrument);
  if (tooLittle) return deny([...binding, tooLittle], order);
  const outcome = qty < order.qty ? 'shrink' : 'pass';
  return verdictOf(proposal, phase, inputs, { outcome, qty, order, findings: binding });
}
