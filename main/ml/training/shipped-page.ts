import type { ModelCard } from '../card.ts';
import { EDGE_WORDS, estimateText } from './claim-words.ts';

function row({ title, family, edge, outOfSample, sources }: ModelCard, votes: boolean): string {
  const { event, lossGain, traded } = outOfSample;
  const cells = [
    title,
    family.title,
    EDGE_WORDS[edge.verdict],
    event ? estimateText(event.auc, 3) : '',
    estimateText(lossGain, 4),
    event ? event.expectedCalibrationError.toFixed(3) : '',
    traded?.netBpsPerTrade ? estimateText(traded.netBpsPerTrade, 1) : 'too few trades',
    String(sources.length),
    votes ? 'votes' : 'shadow',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The page `docs/shipped-models.md`: what each model that ships claims, as its card has it. */
export function shippedPage(cards: readonly ModelCard[], voters: ReadonlySet<string>): string {
  const instruments = [...new Set(cards.flatMap(({ sources }) => sources.map(({ instrument }) => instrument)))].sort();
  return `# The models that ship, and what they claim

Each was trained on 5-minute candles of ${instruments.join(', ')} and is judged by what it said of times that it had not
seen: the reversal model on six weeks held out, the others walking forward over three months. Intervals are of 95 %, over whole days;
trades are the surest tenth of the answers, after a round trip's fees.

| model | family | claims | AUC | gain of loss | calibration error | net bps a trade | markets | in the ensemble |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${cards.map((card) => row(card, voters.has(card.name))).join('\n')}

**No edge** means that the interval of the AUC touches one half, or that of the gain touches nought. Such a model has no weight in a
vote. The one that votes is shown, so that there is something to practise with; shadows are asked and scored on the same candles, and trade
only once they have passed the gate. The whole record of each is its \`CARD.md\`. Made by \`npm run models:build\`.
`;
}
