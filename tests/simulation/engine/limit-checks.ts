import { formatDecimal, multiplyDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import {
  accountsOf,
  isPerpetual,
  SPOT_VENUE,
  venueOfAccount,
  venueWord,
} from '../../../main/engine/domain/instrument.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import type { OpenOrderView } from '../../../main/engine/domain/portfolio.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import type { Hold } from '../../../main/engine/risk/risk-state.ts';
import { hold } from './bookkeeper.ts';
import { USDM } from './sim-perpetuals.ts';

const FEE_BPS = 10n;

/** After a signature of a person or a mandate: every limit of the gate still holds with the new order counted in. */
export function checkLimits(engine: Engine, order: CountersignedOrder, nowMs: number): void {
  if (order.purpose !== 'entry') checkClosing(engine, order);
  else {
    checkSwitches(engine, order, nowMs);
    checkStakes(engine, order);
  }
}

/** Exits together take no more than is held. */
function checkClosing(engine: Engine, { clientOrderId: id, instrumentId, side }: CountersignedOrder): void {
  const { ledger, execution } = engine.pipeline;
  const closing = execution.orders
    .open()
    .filter(
      (open) =>
        open.side === side && open.instrumentId === instrumentId && !STEP_ASIDE.has(open.purpose) && !addsRisk(open),
    );
  const position = ledger.portfolio.position(instrumentId)?.qtyBase ?? 0n;
  const held = side === 'sell' ? position : -position;
  const asked = closing.reduce((sum, { remainingBase }) => sum + remainingBase, 0n);
  const text = (): string => `${id}: ${formatDecimal(asked)} of ${formatDecimal(held)} is being closed`;
  hold(asked <= held, 'exits-within-held', text);
}

const STEP_ASIDE: ReadonlySet<string> = new Set(['stop', 'target', 'flatten']);

function checkSwitches(engine: Engine, { clientOrderId: id, instrumentId }: CountersignedOrder, nowMs: number): void {
  const { market, risk, execution } = engine.pipeline;
  const { killSwitch, holds } = risk.view.safety();
  const here = holds.filter((each) => venueOf(each) === accountsOf(instrumentId).venue);
  hold(!killSwitch, 'kill-switch', () => `${id} was signed with the kill switch on`);
  hold(here.length === 0, 'no-entry-while-held', () => `${id} was signed while ${here[0]?.text}`);
  hold(!execution.orders.hasUnknown(instrumentId), 'no-entry-beside-unknown', () => id);
  const ageMs = nowMs - (market.view.quote(instrumentId)?.receivedTimeMs ?? Number.NEGATIVE_INFINITY);
  const isFresh = ageMs <= risk.view.limits().quoteAgeMsMax;
  hold(isFresh, 'no-entry-on-a-stale-quote', () => `${id}: the quote is ${ageMs} ms old`);
  const isLive = market.view.feedStatus(instrumentId) === 'live';
  hold(isLive, 'no-entry-on-a-stale-quote', () => `${id}: feed not live`);
}

const venueOf = ({ text, difference }: Hold): string => {
  if (difference) return venueOfAccount(difference.asset);
  return text.startsWith(`${venueWord(USDM)}: `) ? USDM : SPOT_VENUE;
};

/** What is at stake in one instrument: spot what is held and bought, of a perpetual the larger of its two sides. */
interface Stake {
  long: bigint;
  short: bigint;
  bought: bigint;
  price: bigint;
}

const worthOf = ({ long, short, bought, price }: Stake): bigint =>
  multiplyDecimal(price, long > short ? long : short, 'up') + bought;

function stakesOf(engine: Engine): Map<string, Stake> {
  const { market, ledger, execution } = engine.pipeline;
  const stakes = new Map<string, Stake>();
  const of = (id: string): Stake => {
    const known = stakes.get(id) ?? { long: 0n, short: 0n, bought: 0n, price: market.view.mark(id) ?? 0n };
    stakes.set(id, known);
    return known;
  };
  for (const { instrumentId, qtyBase, costQuote } of ledger.portfolio.positions()) {
    const stake = of(instrumentId);
    if (stake.price === 0n) stake.price = (costQuote * 10n ** 18n) / qtyBase;
    stake.long += qtyBase;
    stake.short -= qtyBase;
  }
  for (const open of execution.orders.open()) if (addsRisk(open)) addOrder(of(open.instrumentId), open);
  return stakes;
}

const addsRisk = ({ instrumentId, purpose, side, type }: OpenOrderView): boolean => {
  if (!isPerpetual(instrumentId)) return side === 'buy';
  return purpose === 'entry' || (purpose === 'foreign' && type !== 'stop-loss' && type !== 'take-profit');
};

function addOrder(stake: Stake, { instrumentId, side, remainingBase, limitPrice }: OpenOrderView): void {
  if (!isPerpetual(instrumentId)) stake.bought += multiplyDecimal(limitPrice ?? stake.price, remainingBase, 'up');
  else if (side === 'buy') stake.long += remainingBase;
  else stake.short += remainingBase;
}

function checkStakes(engine: Engine, { clientOrderId: id, instrumentId, limitPrice, side }: CountersignedOrder): void {
  const { risk, ledger, execution, instruments } = engine.pipeline;
  const limits = risk.view.limits();
  const stakes = stakesOf(engine);
  // The gate reckons a perpetual's own position at the price of the order that it looks at.
  const own = stakes.get(instrumentId) as Stake;
  if (isPerpetual(instrumentId) && limitPrice !== null) {
    const price = parseDecimal(limitPrice);
    if (price < own.price) own.price = price;
    // Only the order's own side was looked at.
    if (side === 'buy') own.short = 0n;
    else own.long = 0n;
  }
  const most = parseDecimal(limits.positionNotionalQuoteMax);
  // An atom per order for rounding up each on its own.
  const slack = BigInt(execution.orders.open().length + 8);
  const here = worthOf(own);
  hold(here <= most + slack, 'position-limit', () => `${id}: ${formatDecimal(here)} of ${formatDecimal(most)}`);
  const quoteAsset = instruments.view.get(instrumentId)?.quote ?? '';
  const exposure = multiplyDecimal(
    ledger.portfolio.equityQuote(quoteAsset),
    parseDecimal(limits.exposureShareMax.toFixed(12)),
    'up',
  );
  let [all, bought] = [0n, 0n];
  for (const [other, stake] of stakes) {
    all += worthOf(stake);
    if (!isPerpetual(other)) bought += stake.bought;
  }
  hold(all <= exposure + slack, 'exposure-limit', () => `${id}: ${formatDecimal(all)} of ${formatDecimal(exposure)}`);
  if (isPerpetual(instrumentId)) return;
  const cash = ledger.portfolio.cashQuote(quoteAsset);
  const cost = (bought * (10_000n + FEE_BPS)) / 10_000n;
  hold(cost <= cash + slack, 'cash', () => `${id}: ${formatDecimal(bought)} of cash`);
}
