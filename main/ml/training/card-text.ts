import type { ModelCard } from '../card.ts';
import type { Estimate } from './block-bootstrap.ts';

/** `CARD.md`: the card in words and tables, for a person deciding whether to trust the model. */
export function cardText(card: ModelCard): string {
  const { outOfSample: out, spans } = card;
  return `${[
    `# ${card.title}`,
    `\`${card.name}\` ${card.version} · ${card.kind} · candles of ${card.timeframe}`,
    `**Edge: ${card.edge.verdict}.** ${card.edge.reason}`,
    '## What it answers',
    card.label.question,
    `The answer is known when a barrier is touched; without a touch it is ${card.label.timeout}. Every closed candle is asked.`,
    '## How it did on data it had not seen',
    table(
      ['figure', 'model', 'without a model'],
      [
        ['AUC (95 % interval)', estimate(out.auc, 4), `0.5; naive rule ${out.naive.auc.toFixed(4)}`],
        ['log loss', out.logLoss.toFixed(5), `${out.logLossOfBaseRate.toFixed(5)} (base rate)`],
        ['log-loss gain (95 % interval)', estimate(out.logLossGain, 5), '0'],
        ['Brier score', out.brier.toFixed(5), out.brierOfBaseRate.toFixed(5)],
        ['accuracy', percent(out.accuracy), `${percent(out.naiveAccuracy)} (always the commoner answer)`],
        ['balanced accuracy', percent(out.balancedAccuracy), '50.0 %'],
        ['Matthews correlation', out.mcc.toFixed(4), '0'],
        ['expected calibration error', out.expectedCalibrationError.toFixed(4), ''],
        ['base rate (training span)', percent(out.baseRate), percent(out.baseRateTraining)],
      ],
    ),
    `Naive rule: ${out.naive.rule}.`,
    `Span ${day(spans.test.fromMs)} to ${day(spans.test.toMs)}, ${spans.test.samples} questions that overlap and are worth about ${spans.test.effectiveSamples} separate ones of one instrument each; the instruments move together, so intervals resample whole days.`,
    '## Said and right',
    'Questions that share no bar:',
    table(
      ['said', 'times', 'right'],
      out.reliability
        .filter((bucket) => bucket.n > 0)
        .map(({ low, high, n, right }) => [
          `${Math.round(low * 100)}–${Math.round(high * 100)} %`,
          String(n),
          percent(right / n),
        ]),
    ),
    '## Traded',
    `Rule: ${out.rule.text}. Fees ${out.rule.feeBpsRoundTrip} bps for both sides together.`,
    tradedText(out.rule),
    '## By instrument',
    table(
      ['instrument', 'questions', 'base rate', 'AUC'],
      out.perSymbol.map((each) => [each.symbol, String(each.n), percent(each.baseRate), each.auc.toFixed(4)]),
    ),
    '## How long it may trade, and on what',
    `Licensed until ${day(card.licensedUntilMs)}; from then on it abstains.`,
    driftText(card.trainingDistribution),
    '## How it was made',
    `Trained on ${day(spans.training.fromMs)} to ${day(spans.training.toMs)}: ${spans.training.samples} questions worth about ${spans.training.effectiveSamples}, weighted by average uniqueness. ${card.training.trees} trees, seed ${card.training.seed}, trainer ${card.training.trainerVersion}. ${spans.folds} folds by time over all instruments together, purged by the life of each label, embargo ${spans.embargoBars} bars, which is also kept before the test span. Cross-validated AUC ${card.training.crossValidatedAuc.toFixed(4)}; with shuffled labels ${card.training.shuffledLabelAuc.toFixed(4)}. ${card.training.configurationsTried} configurations were compared on the training span before this one.`,
    `Calibration: Platt, slope ${card.calibration.slope.toFixed(4)}, intercept ${card.calibration.intercept.toFixed(4)}, fitted on ${card.calibration.fittedOn}; it is part of the graph.`,
    `Edge rule: ${card.edge.rule}.`,
    table(
      ['data', 'rows', 'licence', 'source'],
      card.sources.map((each) => [each.path, String(each.rows), each.licence, each.source]),
    ),
    '## What it costs',
    `${Math.ceil(card.modelBytes / 1024)} KiB on disk, about ${Math.ceil(card.cost.memoryBytes / 1024)} KiB more memory per open session, ${card.cost.latencyMsP50.toFixed(3)} ms a question (p99 ${card.cost.latencyMsP99.toFixed(3)} ms) on ${card.cost.measuredOn}.`,
    '## Limits',
    'Half a year of one venue’s spot market, six instruments. Markets change; the record above is of that span and no promise. The rule’s figures assume fills at the open and at the barriers.',
  ].join('\n\n')}\n`;
}

function tradedText(rule: ModelCard['outOfSample']['rule']): string {
  if (rule.netBpsPerTrade === null) return 'No forecast was sure enough to trade.';
  return `${rule.trades} trades, ${rule.right} right (${percent(rule.right / rule.trades)}); ${rule.grossBpsPerTrade.toFixed(2)} bps a trade before fees, ${estimate(rule.netBpsPerTrade, 2)} bps after.`;
}

function driftText({ windowBars, features, heldOut }: ModelCard['trainingDistribution']): string {
  const bins = Math.max(...features.map(({ shares }) => shares.length));
  return `Its features have drifted where the last ${windowBars} candles of an instrument lie further from training, in any feature, than any of the windows of that length that the training of one instrument was cut into (population stability index over up to ${bins} bins, 0.25 at least); then its word carries no weight. Of ${heldOut.windows} such windows of the held-out span ${heldOut.drifted} would have counted as drifted.`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
const estimate = ({ value, low, high }: Estimate, digits: number): string =>
  `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
