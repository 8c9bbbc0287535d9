import { remainingLots, type Side, type VenueOrder } from './order.ts';

export interface Level {
  readonly ticks: number;
  readonly lots: number;
}

export interface TakerInput {
  readonly side: Side;
  /** Worst acceptable price; null for a market order. */
  readonly limitTicks: number | null;
  readonly maxLots: number;
  /** Quote that may be spent (buy) or is wanted (sell); null for no such bound. */
  readonly budgetAtoms: bigint | null;
  readonly tickLotAtoms: bigint;
  /** The crowd's side to be met, best price first. */
  readonly crowd: readonly Level[];
  /** The account's own orders on that side, best first: never traded with, taken off instead. */
  readonly own: readonly VenueOrder[];
}

export interface TakerPlan {
  readonly takes: readonly Level[];
  readonly ownExpired: readonly VenueOrder[];
  readonly lots: number;
  readonly quoteAtoms: bigint;
}

/**
 * What a taker meets on its way through the book: best price first, at one price the crowd that was there before an own
 * resting order first. An own order that would be met is expired (it is never a wash trade), and the walk goes on.
 */
export function planTaker(input: TakerInput): TakerPlan {
  const takes: Level[] = [];
  const ownExpired: VenueOrder[] = [];
  let lots = 0;
  let quoteAtoms = 0n;
  const reaches = (ticks: number): boolean =>
    input.limitTicks === null || (input.side === 'buy' ? ticks <= input.limitTicks : ticks >= input.limitTicks);
  const wanted = (ticks: number): number => {
    const left = input.maxLots - lots;
    if (input.budgetAtoms === null) return left;
    const perLot = BigInt(ticks) * input.tickLotAtoms;
    return Math.min(left, Number((input.budgetAtoms - quoteAtoms) / perLot));
  };
  let crowdAt = 0;
  let ownAt = 0;
  for (;;) {
    const ticks = betterOf(input.side, input.crowd[crowdAt]?.ticks, input.own[ownAt]?.priceTicks ?? undefined);
    if (ticks === undefined || !reaches(ticks) || wanted(ticks) <= 0) break;
    const crowdLots = input.crowd[crowdAt]?.ticks === ticks ? input.crowd[crowdAt++]!.lots : 0;
    let taken = 0;
    const take = (upTo: number): void => {
      const step = Math.max(0, Math.min(upTo - taken, wanted(ticks)));
      taken += step;
      lots += step;
      quoteAtoms += BigInt(ticks) * BigInt(step) * input.tickLotAtoms;
    };
    for (; input.own[ownAt]?.priceTicks === ticks; ownAt += 1) {
      const own = input.own[ownAt]!;
      take(Math.min(own.aheadLots, crowdLots));
      if (wanted(ticks) > 0 && remainingLots(own) > 0) ownExpired.push(own);
    }
    take(crowdLots);
    if (taken > 0) takes.push({ ticks, lots: taken });
  }
  return { takes, ownExpired, lots, quoteAtoms };
}

function betterOf(takerSide: Side, a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return takerSide === 'buy' ? Math.min(a, b) : Math.max(a, b);
}
