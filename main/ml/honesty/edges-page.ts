import { EDGE_WORDS, estimateText } from '../training/claim-words.ts';
import type { EdgeClaim } from './edges.ts';

function row({ family, instrument, auc, lossGain, expectedCalibrationError, netBpsPerTrade, edge }: EdgeClaim): string {
  const cells = [
    instrument,
    family,
    EDGE_WORDS[edge],
    estimateText(auc, 3),
    estimateText(lossGain, 4),
    expectedCalibrationError.toFixed(3),
    netBpsPerTrade === null ? 'too few trades' : estimateText(netBpsPerTrade, 1),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The page `docs/model-edges.md`. */
export function edgesPage(claims: readonly EdgeClaim[]): string {
  const claiming = claims.filter(({ edge }) => edge !== 'none');
  const worst = Math.max(0, ...claiming.map((claim) => claim.expectedCalibrationError));
  const markets = new Set(claims.map(({ instrument }) => instrument)).size;
  const summary =
    claiming.length === 0
      ? `None of the ${claims.length} models claims to know anything.`
      : `Of ${claims.length} models ${claiming.length} claim to tell more than the base rate does, ${claims.filter(({ edge }) => edge === 'measured').length} of them to earn its costs; the worst calibration error among those that claim anything is ${worst.toFixed(3)}.`;
  return `# Who claims an edge

Every family is asked the same question of ${markets} real markets, with its standard settings (nets look at 16 candles): does price move one deviation of an
hour up before it moves one down? Features are those of set v2; 5-minute candles of ten weeks; learnt on the first half and,
step by step, on what followed; asked only about what came after, with an embargo of a day. Intervals are of 95 %, over whole days.

${summary}

| market | family | verdict | AUC | gain of log loss | calibration error | net bps a trade |
| --- | --- | --- | --- | --- | --- | --- |
${claims.map(row).join('\n')}

- **No edge**: the interval of the AUC touches 0.5, or that of the gain touches nought. Such a model has no weight in a vote.
- **Tells something, does not pay**: both lie above, and the surest tenth of its answers does not earn a round trip of 20 bps for certain.
- **Edge after costs**: it does, and more than the luckiest of all that was tried would have.
- The calibration error is of walking forward: how an answer is read is learnt from earlier steps alone. A model that ships or is
  promoted has to keep it at 0.03 or below.

Written by \`npm run models:edges -- DATA\`.
`;
}
