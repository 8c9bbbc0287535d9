/** Why something is proposed, as a person reads it. Pure. */
import type { Proposal } from '../../preload/contract.ts';
import { featuresInWords } from '../format/feature-words.ts';
import { realMinus } from '../format/number.ts';

/** Every reason as a sentence of its own. */
export function reasonSentences(proposal: Proposal): readonly string[] {
  return proposal.reasons.map(({ text }) => featuresInWords(realMinus(asSentence(text))));
}

/** Begins with a capital, where it begins with a word, and ends with a stop. */
const asSentence = (text: string): string =>
  text.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase()).replace(/[^.!?]$/, '$&.');
