import type { SaidTally, ScoredHour, TalliedHour } from '../../engine/domain/ensemble.ts';
import { type DrawnMean, type HourSum, meanOfHours, type ToldApart, toldApart } from './told-apart.ts';

/** How a version did live over the hours that are kept. */
interface LiveRecord {
  readonly logLoss: DrawnMean;
  readonly brier: DrawnMean;
  readonly right: DrawnMean;
}

/** A version's loss less that of what it is measured against. */
interface Comparison {
  /** `model@version`; null for a coin. */
  readonly member: string | null;
  readonly logLoss: DrawnMean;
  readonly verdict: ToldApart;
}

/** Logarithmic loss of a coin, in nats. */
const COIN = Math.LN2;

/** By hour what a version did, oldest first. */
export function hoursOf(member: string, hours: readonly TalliedHour[]): readonly (ScoredHour & { hour: number })[] {
  return hours.flatMap(({ hour, scored }) => {
    const own = scored.find((each) => each.member === member);
    return own ? [{ ...own, hour }] : [];
  });
}

type Hours = ReturnType<typeof hoursOf>;

const sums = (hours: Hours, of: (hour: ScoredHour) => number): readonly HourSum[] =>
  hours.map((each) => ({ hour: each.hour, n: each.tally.n, sum: of(each) }));

/** Null before the first forecast was settled. */
export function liveRecord(hours: Hours, blockHours: number): LiveRecord | null {
  const logLoss = meanOfHours(
    sums(hours, ({ tally }) => tally.logLoss),
    blockHours,
  );
  const brier = meanOfHours(
    sums(hours, ({ tally }) => tally.brier),
    blockHours,
  );
  const right = meanOfHours(
    sums(hours, ({ tally }) => tally.right),
    blockHours,
  );
  return logLoss && brier && right && { logLoss, brier, right };
}

/** Beside another version on the candles that both spoke about, or beside a coin; null where there is no such forecast. */
export function besideOther(hours: Hours, other: string | null, blockHours: number): Comparison | null {
  const differences = hours.map((each): HourSum => {
    if (other === null) return { hour: each.hour, n: each.tally.n, sum: each.tally.logLoss - each.tally.n * COIN };
    const pair = each.beside.find(({ member }) => member === other);
    return { hour: each.hour, n: pair?.n ?? 0, sum: pair?.logLoss ?? 0 };
  });
  const logLoss = meanOfHours(differences, blockHours);
  return logLoss && { member: other, logLoss, verdict: toldApart(logLoss) };
}

/** By the chance given to the likelier side: what was said and how often it came, over all hours; bands in which nothing was said are left out. */
export function saidAndCame(
  hours: Hours,
  blockHours: number,
): readonly { readonly from: number; readonly said: number; readonly came: DrawnMean }[] {
  const froms = [...new Set(hours.flatMap(({ said }) => said.map(({ from }) => from)))].sort((a, b) => a - b);
  return froms.flatMap((from) => {
    const ofBand = (hour: Hours[number]): SaidTally | undefined => hour.said.find((each) => each.from === from);
    const came = meanOfHours(
      hours.map((each) => ({ hour: each.hour, n: ofBand(each)?.n ?? 0, sum: ofBand(each)?.right ?? 0 })),
      blockHours,
    );
    const said = hours.reduce((sum, each) => sum + (ofBand(each)?.said ?? 0), 0);
    return came ? [{ from, said: said / came.n, came }] : [];
  });
}
