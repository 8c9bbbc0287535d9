/** What the boards say of members and their records, in words. Pure. */
import type { DrawnMean, EnsembleBoard, EnsembleMember } from '../../preload/boards-contract.ts';
import { showCount, showFloat, showPercent } from '../format/number.ts';

export const STANCES: Record<
  EnsembleMember['stance'],
  { readonly sign: string; readonly word: string; readonly tone: string }
> = {
  buy: { sign: '▲', word: 'buy', tone: 'text-up' },
  sell: { sign: '▼', word: 'sell', tone: 'text-down' },
  hold: { sign: '■', word: 'hold', tone: 'text-text2' },
  abstain: { sign: '○', word: 'abstains', tone: 'text-text3' },
};

/** Blocks of hours from which on an interval is drawn: the engine's own term. */
const BLOCKS_MIN = 10;

/** `+0.0042`: nats with their sign. */
export function showNats(value: number | null): string {
  const shown = showFloat(value, 4);
  return value !== null && value > 0 && /[1-9]/.test(shown) ? `+${shown}` : shown;
}

/** `0.6890 to 0.6921`; empty where there is none. */
export const intervalText = ({ interval }: DrawnMean, show: (value: number) => string): string =>
  interval ? `${show(interval.low)} to ${show(interval.high)}` : '';

type Verdict = NonNullable<EnsembleMember['beside']>['verdict'];

/** The sign says the same without colour. */
export const VERDICTS: Record<Verdict, { readonly sign: string; readonly word: string; readonly tone: string }> = {
  better: { sign: '●', word: 'better', tone: 'text-up' },
  worse: { sign: '✕', word: 'worse', tone: 'text-down' },
  'not-told-apart': { sign: '≈', word: 'not told apart yet', tone: 'text-text2' },
  'too-few': { sign: '…', word: 'too early to say', tone: 'text-text3' },
};

const nameOfOther = (version: string | null): string => (version === null ? 'a coin' : version);

/** What a comparison found, and on how much; a sentence. */
export function besideSentence({ version, logLoss, verdict }: NonNullable<EnsembleMember['beside']>): string {
  const other = nameOfOther(version);
  const same =
    version === null
      ? `${showCount(logLoss.n)} forecasts`
      : `${showCount(logLoss.n)} forecasts of both on the same candles`;
  const found = `Its loss less that of ${other}: ${showNats(logLoss.value)} nats a forecast, on ${same}`;
  if (verdict === 'too-few')
    return `${found}. They fell into ${logLoss.blocks} ${logLoss.blocks === 1 ? 'block' : 'blocks'} of hours; an interval takes ${BLOCKS_MIN}.`;
  const drawn = `${found}; 95 %: ${intervalText(logLoss, showNats)}.`;
  if (verdict === 'not-told-apart') return `${drawn} The interval holds zero: the two are not told apart yet.`;
  return `${drawn} It is ${verdict} than ${other}.`;
}

const EDGE_WORDS: Record<EnsembleMember['edge'], string> = {
  measured: 'Its edge was measured: its word counts whole.',
  weak: 'Its edge is weak: its word counts half.',
  none: 'It has no edge out of sample: its word carries no weight.',
  unknown: 'Its edge is not known: its word carries no weight.',
};

const CARD_COUNTS_AS = 300;

/** Why a member's word weighs what it does now, a sentence each. `models` is how many of those that vote are models. */
export function whyWeight(member: EnsembleMember, models: number, regime: EnsembleBoard['regime']): readonly string[] {
  if (member.role === 'shadow') return ['A shadow: it is scored on the same candles, and its word counts for nothing.'];
  const sentences: string[] = [];
  const { trust, byHand } = member;
  if (trust === null)
    sentences.push('A rule: it makes no forecasts that are scored, and is trusted as the average is.');
  else {
    const card = `its card says ${showNats(trust.skillOnCard)} and counts as ${CARD_COUNTS_AS} forecasts`;
    sentences.push(
      trust.skillLive === null
        ? `None of its forecasts is settled yet, so its card speaks: ${showNats(trust.skillOnCard)} nats a forecast more than a coin.`
        : `Live it gained ${showNats(trust.skillLive)} nats a forecast on a coin, by the ${showCount(trust.forecasts)} that its settled ones weigh now; ${card}. Drawn together, in a ${regime} market: ${showNats(trust.skill)}.`,
    );
    if (models === 1)
      sentences.push('It is the only model that votes: nothing to be trusted more or less than, so × 1.');
    else if (trust.heldAt === null)
      sentences.push(`Beside the mean of the models that vote that makes × ${showFloat(trust.factor, 2)}.`);
    else sentences.push(`Its factor is held at the ${trust.heldAt} of × ${showFloat(trust.factor, 2)}.`);
  }
  if (byHand === 0) sentences.push('Silenced by hand: nothing of that counts.');
  else if (byHand !== null) sentences.push(`Set by hand to × ${showFloat(byHand, 2)} in its place.`);
  sentences.push(EDGE_WORDS[member.edge]);
  return sentences;
}

/** The factor that counts, as a person set it or by the record; null for a shadow. */
export function factorOf({ role, byHand, trust }: EnsembleMember): number | null {
  if (role === 'shadow') return null;
  return byHand ?? trust?.factor ?? 1;
}

const MINUTE_MS = 60_000;

/** `at every close`, `every 5 minutes`, `every hour`. */
export function paceWords(everyMs: number | null): string {
  if (everyMs === null) return 'at every close';
  const minutes = everyMs / MINUTE_MS;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`;
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`;
}

/** What would come of the votes now, as one line. */
export function outcomeWords(board: EnsembleBoard): string {
  if (board.stance === 'none') return 'Nothing would be proposed';
  const sure = board.confidence === null ? 'shown without weight' : `${showPercent(board.confidence, 1)} pooled`;
  return `${board.stance === 'buy' ? 'Buy' : 'Sell'}, ${sure}`;
}
