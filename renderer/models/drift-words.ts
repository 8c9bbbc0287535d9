/** What the drift board says of a model: what is wrong with it and what follows. Pure. */
import type { DrawnMean, WatchedModel } from '../../preload/boards-contract.ts';

export interface Mark {
  readonly sign: string;
  readonly word: string;
  readonly tone: string;
}

const GOOD = 'text-up';
const BAD = 'text-down';
const WARN = 'text-seal-text';
const QUIET = 'text-text3';

/** The one word on a model, the worst that is known of it first. */
export function standingOf(model: WatchedModel): Mark {
  const { whole, inInstruments, retrain, worst, live } = model;
  if (whole.state === 'silent') return { sign: '✕', word: 'abstains', tone: BAD };
  const silent = inInstruments.filter(({ fitness }) => fitness.state === 'silent').length;
  if (silent > 0) return { sign: '✕', word: `abstains on ${silent}`, tone: BAD };
  if (inInstruments.length > 0) return { sign: '▲', word: 'inputs moved', tone: WARN };
  if (retrain !== '' || isWorse(model)) return { sign: '▲', word: 'worse than its card', tone: WARN };
  if (worst === null && live === null) return { sign: '…', word: 'not known yet', tone: QUIET };
  return { sign: '●', word: 'as trained', tone: GOOD };
}

/** Its live loss lies above its card's, its interval too. */
const isWorse = ({ live, card }: WatchedModel): boolean =>
  live !== null && live.logLoss.interval !== null && live.logLoss.interval.low > card.logLoss;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What comes of it, a sentence each. */
export function whatFollows(model: WatchedModel, symbolOf: (instrumentId: string) => string): readonly string[] {
  const { whole, inInstruments, retrain, role } = model;
  const sentences: string[] = [];
  if (whole.state === 'silent') sentences.push(`It abstains everywhere: ${whole.text}.`);
  for (const places of Map.groupBy(inInstruments, ({ fitness }) => fitness.code).values()) {
    const { state, text } = places[0]!.fitness;
    const symbols = places.map(({ instrumentId }) => symbolOf(instrumentId)).join(', ');
    const what = state === 'silent' ? 'it abstains' : 'its word carries no weight, and no mandate acts on it';
    sentences.push(
      `On ${symbols} ${what}: ${text}${places.length > 1 ? ` (${symbolOf(places[0]!.instrumentId)})` : ''}.`,
    );
  }
  if (retrain !== '') sentences.push(`To be trained anew: ${retrain}.`);
  else if (isWorse(model))
    sentences.push(
      'Live it loses more than on its card, and its factor falls with that; nothing else follows of it yet.',
    );
  if (sentences.length === 0) sentences.push('Nothing: as far as can be told, it is what its card says.');
  else if (role === 'shadow') sentences.push('It is a shadow, so no vote is lost by it.');
  return sentences.map(capital);
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SOON_DAYS = 14;

const counted = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;

/** `9 days left`, `5 hours left`, `ended 3 days ago`; loud in the last two weeks. */
export function licenceMark(untilMs: number, nowMs: number): Mark {
  const leftMs = untilMs - nowMs;
  if (leftMs <= 0) {
    const days = Math.floor(-leftMs / DAY_MS);
    return { sign: '✕', word: days === 0 ? 'ended today' : `ended ${counted(days, 'day')} ago`, tone: BAD };
  }
  const days = Math.floor(leftMs / DAY_MS);
  const word = days === 0 ? counted(Math.ceil(leftMs / HOUR_MS), 'hour') : counted(days, 'day');
  return { sign: days < SOON_DAYS ? '▲' : '', word: `${word} left`, tone: days < SOON_DAYS ? WARN : 'text-text2' };
}

/** A live mean beside the card's: only where its interval leaves the card's figure out is it another one. */
export function besideCard(live: DrawnMean | null, card: number | null, better: 'less' | 'more'): Mark {
  if (live === null) return { sign: '', word: 'none settled', tone: QUIET };
  if (card === null) return { sign: '', word: 'not on its card', tone: QUIET };
  if (live.interval === null) return { sign: '…', word: 'too early to say', tone: QUIET };
  const { low, high } = live.interval;
  if (low <= card && card <= high) return { sign: '≈', word: 'as on its card', tone: 'text-text2' };
  const isBetter = better === 'less' ? high < card : low > card;
  return isBetter
    ? { sign: '●', word: 'better than its card', tone: GOOD }
    : { sign: '▲', word: 'worse than its card', tone: WARN };
}

/** What was said beside what came: it covers what it promised where the interval of what came holds what was said. */
export function coverageMark(said: number, { interval }: DrawnMean): Mark {
  if (interval === null) return { sign: '…', word: 'too early to say', tone: QUIET };
  if (said > interval.high) return { sign: '▲', word: 'said too much', tone: WARN };
  if (said < interval.low) return { sign: '▼', word: 'said too little', tone: 'text-text2' };
  return { sign: '●', word: 'as said', tone: GOOD };
}

/** Where a feature stands against its limit. */
export function shiftMark(psi: number, psiLimit: number): Mark {
  if (psi > psiLimit) return { sign: '✕', word: 'beyond its limit', tone: BAD };
  return psi > psiLimit / 2
    ? { sign: '▲', word: 'moved', tone: WARN }
    : { sign: '●', word: 'as in training', tone: GOOD };
}

const BAND_ENDS = [0.55, 0.6, 0.7, 0.8, 1] as const;

/** `55 to 60 %`, of a band that begins at `from`. */
export function bandWords(from: number): string {
  const to = BAND_ENDS.find((end) => end > from) ?? 1;
  return `${Math.round(100 * from)} to ${Math.round(100 * to)} %`;
}
