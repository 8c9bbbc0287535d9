import {
  divideDecimal,
  formatDecimal,
  fromNumber,
  multiplyDecimal,
  parseDecimal,
  roundToStep,
} from '../domain/decimal.ts';
import { bpsOf, lossPerUnit, type Stakes } from '../domain/exposure.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Quote } from '../domain/market.ts';
import { floorToLot } from '../domain/money.ts';
import type { RiskLimits } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Bracket, Level } from './agent.ts';
import { FLOAT_MOST, type RestingWish } from './resting-wish.ts';

/** Grain in which shares and distances, which are floats, enter exact arithmetic: 10^-12. */
const GRAIN = 1_000_000n;
/** A stop closer than this many bands could go off while the question is still open. */
const STOP_BANDS_MIN = 2;
/** How far past the touch the limit goes, as a share of the band: see `entryLimit`. */
const SLACK_PER_BAND = 1 / 3;

export interface EntryInputs {
  /** Buying opens a long, selling a short of a perpetual. */
  readonly side: 'buy' | 'sell';
  readonly instrument: Instrument;
  readonly quote: Quote;
  readonly limits: RiskLimits;
  readonly stakes: Stakes;
  readonly equityQuote: bigint;
  readonly bracket: Bracket;
  /** The most that the deciding member would trade; null where it leaves that to the limits. */
  readonly qtyBaseMax: number | null;
  /** What is to rest; null where it takes. */
  readonly rests: RestingWish | null;
  readonly feeBps: number;
}

/** Amounts in atoms, all on their grids. */
export interface Draft {
  readonly entry: bigint;
  readonly stop: bigint | null;
  readonly target: bigint | null;
  readonly qty: bigint;
  /** Same-side best quote it was made at. */
  readonly touch: bigint;
  /** The cap that set the quantity, in words. */
  readonly sizedBy: string;
  /** True where stop or target had to move out of the reach of the price band. */
  readonly widened: boolean;
  /** What was to rest, before any limit; null where it takes. */
  readonly rests: RestingWish | null;
}
export type DraftError = { readonly kind: 'too-small' | 'no-room' | 'bad-levels' | 'crosses'; readonly text: string };

/**
 * The limit goes a third of the band past the touch: a person takes seconds to answer, and a limit at the touch would by
 * then often just rest. Fills still come at the book's prices, never worse than this, and the rest of the quantity stays
 * in the book at it. Rounded to the tick so that it never exceeds that slack, nor falls short of the touch.
 */
export function entryLimit(touch: bigint, side: 'buy' | 'sell', bandBps: number, tickSize: bigint): bigint {
  const slack = bpsOf(touch, bandBps * SLACK_PER_BAND);
  if (side === 'buy') {
    const limit = roundToStep(touch + slack, tickSize, 'floor');
    return limit > touch ? limit : touch;
  }
  const limit = roundToStep(touch - slack, tickSize, 'ceil');
  return limit < touch && limit > 0n ? limit : touch;
}

/** Where the order goes: past the touch, or where it is to rest, which is nowhere across the touch. */
function priceOf(
  side: 'buy' | 'sell',
  quote: Quote,
  bandBps: number,
  rests: RestingWish | null,
  tickSize: bigint,
): Result<{ readonly touch: bigint; readonly entry: bigint }, DraftError> {
  const touch = parseDecimal(side === 'buy' ? quote.ask : quote.bid);
  if (rests === null) return ok({ touch, entry: entryLimit(touch, side, bandBps, tickSize) });
  const { price } = rests;
  if (side === 'buy' ? price < touch : price > touch) return ok({ touch, entry: price });
  const text = `at ${formatDecimal(price)} it would take and not rest: the best ${side === 'buy' ? 'ask' : 'bid'} is ${formatDecimal(touch)}`;
  return fail({ kind: 'crosses', text });
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const atLeastZero = (value: bigint): bigint => larger(value, 0n);

/** Caps on the quantity before the lot grid, each with the words for what bound it. */
function sizeCaps(inputs: EntryInputs, entry: bigint, stop: bigint): readonly (readonly [bigint, string])[] {
  const { limits, stakes, equityQuote, feeBps } = inputs;
  const risk = multiplyDecimal(atLeastZero(equityQuote), fromNumber(limits.riskPerTradeShare, GRAIN, 'floor'), 'floor');
  const exposureMax = multiplyDecimal(
    atLeastZero(equityQuote),
    fromNumber(limits.exposureShareMax, GRAIN, 'floor'),
    'floor',
  );
  const position = atLeastZero(parseDecimal(limits.positionNotionalQuoteMax) - stakes.instrumentQuote);
  const unitCost = entry + bpsOf(entry, feeBps);
  return [
    [divideDecimal(risk, lossPerUnit(entry, stop, feeBps), 'floor'), 'risk per trade'],
    [divideDecimal(position, entry, 'floor'), 'position limit'],
    [divideDecimal(atLeastZero(exposureMax - stakes.totalQuote), entry, 'floor'), 'exposure limit'],
    // What stands behind a perpetual is not spent: the gate holds it against the margin.
    ...(stakes.perpetual
      ? []
      : [[divideDecimal(atLeastZero(stakes.freeCashQuote), unitCost, 'floor'), 'cash'] as const]),
    [inputs.instrument.maxQty, "the venue's largest order"],
    ...(inputs.qtyBaseMax === null
      ? []
      : [[fromNumber(inputs.qtyBaseMax, GRAIN, 'floor'), 'what was asked for'] as const]),
    ...(inputs.rests === null ? [] : [[inputs.rests.qty, 'what was asked for'] as const]),
  ];
}

const numberOf = (level: Level | null): number => (level === null ? 0 : 'at' in level ? level.at : level.away);

/** How far a level lies above the touch, or below it. */
function distanceOf(level: Level, touch: bigint, isUp: boolean, tickSize: bigint): bigint {
  if ('away' in level) return fromNumber(level.away, GRAIN, 'half-up');
  // A float is never quite on the tick that it means.
  const price = fromNumber(level.at, larger(tickSize / 1_000n, 1n), 'half-up');
  return isUp ? price - touch : touch - price;
}

/** Levels and size of an entry: the risk per trade at the stop with fees, within position, exposure, cash and lot. */
export function draftEntry(inputs: EntryInputs): Result<Draft, DraftError> {
  const { side, instrument, quote, limits, bracket } = inputs;
  const wanted = [numberOf(bracket.stop), numberOf(bracket.target), inputs.qtyBaseMax ?? 0];
  // Whoever proposes may be anybody's code: what it says must not stop the engine.
  if (!wanted.every((value) => Math.abs(value) <= FLOAT_MOST))
    return fail({ kind: 'bad-levels', text: 'what was asked for is no price or no quantity' });
  const isLong = side === 'buy';
  const { tickSize } = instrument;
  const priced = priceOf(side, quote, limits.priceBandBps, inputs.rests, tickSize);
  if (!priced.ok) return priced;
  const { touch, entry } = priced.value;
  // What takes is filled at the touch, what rests at its own price.
  const from = inputs.rests ? entry : touch;
  const narrowest = bpsOf(entry, STOP_BANDS_MIN * limits.priceBandBps);
  const stopWanted = distanceOf(bracket.stop, from, !isLong, tickSize);
  const targetWanted = bracket.target === null ? null : distanceOf(bracket.target, from, isLong, tickSize);
  const widened = stopWanted < narrowest || (targetWanted !== null && targetWanted < narrowest);
  const stopDistance = larger(stopWanted, narrowest);
  const away = (distance: bigint, isUp: boolean): bigint =>
    roundToStep(from + (isUp ? distance : -distance), tickSize, isUp ? 'ceil' : 'floor');
  const stop = away(stopDistance, !isLong);
  const target = targetWanted === null ? null : away(larger(targetWanted, narrowest), isLong);
  const isBehind = target !== null && (isLong ? target <= entry : target >= entry || target <= 0n);
  if (stop <= 0n || isBehind) return fail({ kind: 'bad-levels', text: 'stop and target do not fit around the price' });

  let [smallest, sizedBy] = sizeCaps(inputs, entry, stop)[0] as readonly [bigint, string];
  for (const [cap, words] of sizeCaps(inputs, entry, stop)) if (cap < smallest) [smallest, sizedBy] = [cap, words];
  const qty = floorToLot(smallest, instrument).atoms;
  if (qty < instrument.minQty || qty === 0n || multiplyDecimal(qty, entry, 'down') < instrument.minNotional) {
    const kind = sizedBy === 'risk per trade' ? 'too-small' : 'no-room';
    return fail({ kind, text: `${sizedBy} leaves less than the venue's smallest order` });
  }
  return ok({ entry, stop, target, qty, touch, sizedBy, widened, rests: inputs.rests });
}

/** All of what is held and free to close, at a limit a third of the band past the touch; or as much of it as is to rest, where it is to. */
export function draftExit(
  instrument: Instrument,
  side: 'buy' | 'sell',
  quote: Quote,
  closableBase: bigint,
  bandBps: number,
  rests: RestingWish | null = null,
): Result<Draft, DraftError> {
  const priced = priceOf(side, quote, bandBps, rests, instrument.tickSize);
  if (!priced.ok) return priced;
  const { touch, entry } = priced.value;
  const free = closableBase < instrument.maxQty ? closableBase : instrument.maxQty;
  const isPart = rests !== null && rests.qty < free;
  const qty = floorToLot(isPart ? rests.qty : free, instrument).atoms;
  if (qty < instrument.minQty || qty === 0n || multiplyDecimal(qty, entry, 'down') < instrument.minNotional) {
    return fail({ kind: 'too-small', text: "what is held is less than the venue's smallest order" });
  }
  const sizedBy = isPart ? 'what was asked for' : 'position';
  return ok({ entry, stop: null, target: null, qty, touch, sizedBy, widened: false, rests });
}
