import type { CardEvent, CardTraded, MadeElsewhere, ModelCard } from '../card.ts';
import { estimateText } from './claim-words.ts';

/** `CARD.md`: the card in words and tables, for a person deciding whether to trust the model. */
export function cardText(card: ModelCard): string {
  const { outOfSample: out, spans, training } = card;
  return `${[
    `# ${card.title}`,
    `\`${card.name}\` ${card.version} · ${card.family.title} · candles of ${card.timeframe}`,
    `**Edge: ${card.edge.verdict}.** ${card.edge.reason}`,
    '## What it answers',
    card.question.text,
    ...(card.question.from ? [fromText(card.question.from)] : []),
    '## How it did on data it had not seen',
    table(
      ['figure', 'model', 'without a model'],
      [
        ['loss', out.loss.toFixed(5), `${out.naiveLoss.toFixed(5)} (${out.naiveAnswer})`],
        ['loss gain (95 % interval)', estimateText(out.lossGain, 5), '0'],
        ...(out.event ? eventRows(out.event) : []),
        ...(out.move ? moveRows(out.move) : []),
        ...(out.intervals ? [intervalRow(out.intervals)] : []),
      ],
    ),
    ...(out.naiveRule ? [`Naive rule: ${out.naiveRule.rule}; AUC ${out.naiveRule.auc.toFixed(4)}.`] : []),
    `${card.madeElsewhere ? 'What came after it had learnt, as was said, in folds by time' : PROTOCOLS[spans.protocol]}: ${day(spans.tested.fromMs)} to ${day(spans.tested.toMs)}, ${spans.tested.samples} questions that overlap and are worth about ${Math.round(spans.tested.effectiveSamples)} separate ones of one instrument each; instruments move together, so intervals resample whole days.`,
    ...(out.event ? ['## Said and right', 'Questions that share no bar:', reliabilityTable(out.event)] : []),
    ...(out.traded
      ? [
          '## Traded',
          `Rule: ${out.traded.rule}. Fees ${out.traded.feeBpsRoundTrip} bps for both sides together.`,
          tradedText(out.traded),
        ]
      : []),
    ...(out.perInstrument.length > 0 ? ['## By instrument', instrumentTable(out.perInstrument)] : []),
    '## How long it may trade, and on what',
    `Licensed until ${day(card.licensedUntilMs)}; from then on it abstains.`,
    driftText(card),
    '## How it was made',
    card.madeElsewhere
      ? elsewhereText(card.madeElsewhere, card)
      : `Trained on ${day(spans.training.fromMs)} to ${day(spans.training.toMs)}: ${spans.training.samples} questions worth about ${Math.round(spans.training.effectiveSamples)}, weighted by average uniqueness. Seed ${training.seed}, trainer ${training.trainerVersion}; ${settingsText(training.hyperParameters)}. ${spans.folds} folds by time over all instruments together, purged by the life of each label, embargo ${spans.embargoBars} bars.${training.crossValidatedAuc === null ? '' : ` Cross-validated AUC ${training.crossValidatedAuc.toFixed(4)}.`} Settings compared: ${training.settingsTried}.`,
    auditText(card),
    `Calibration: ${mapText(card.calibration.map)}, fitted on ${card.calibration.fittedOn}; it is part of the graph.`,
    `Edge rule: ${card.edge.rule}.`,
    table(
      ['data', 'rows', 'licence', 'source'],
      card.sources.map((each) => [each.instrument, String(each.rows), each.licence ?? 'not stated', each.source]),
    ),
    '## What it costs',
    `${Math.ceil(card.modelBytes / 1024)} KiB on disk, about ${Math.ceil(card.cost.memoryBytes / 1024)} KiB more memory, ${card.cost.latencyMsP50.toFixed(3)} ms a question (p99 ${card.cost.latencyMsP99.toFixed(3)} ms) on ${card.cost.measuredOn}.`,
    '## Limits',
    'Markets change; the record above is of that span and those instruments, and no promise. What was traded is reckoned with fills at the open and fees alone.',
  ].join('\n\n')}\n`;
}

const fromText = ({ task, outputs }: NonNullable<ModelCard['question']['from']>): string =>
  task === 'quantile'
    ? `It says quantiles of the move (${outputs.join(', ')}); the chance of a rise is the share that lies above zero of the distribution drawn through them, straight between two and no further out than the outer levels, and is then calibrated.`
    : `It says the move (${outputs.join(', ')}), as one value; calibration, fitted on answers out of fold, says what chance of a rise goes with it.`;

const moveRows = ({ loss, naiveLoss, lossGain }: NonNullable<ModelCard['outOfSample']['move']>): string[][] => [
  ['of the move itself: loss', loss.toFixed(5), naiveLoss.toFixed(5)],
  ['of the move itself: loss gain', estimateText(lossGain, 5), '0'],
];

const PROTOCOLS: Record<ModelCard['spans']['protocol'], string> = {
  'held-out': 'A span that was held out',
  'purged-folds': 'Purged folds, each answered by a model that had not seen its time',
  'walk-forward': 'Walking forward',
  combinatorial: 'Combinations of folds, each answered by a model that had not seen its time',
};

function eventRows(event: CardEvent): string[][] {
  const orNone = (value: number | null, show: (value: number) => string): string =>
    value === null ? '–' : show(value);
  return [
    ['AUC (95 % interval)', estimateText(event.auc, 4), '0.5'],
    ['Brier score', event.brier.toFixed(5), event.brierOfBaseRate.toFixed(5)],
    ['accuracy', percent(event.accuracy), `${percent(event.naiveAccuracy)} (always the commoner answer)`],
    ['balanced accuracy', orNone(event.balancedAccuracy, percent), '50.0 %'],
    ['Matthews correlation', orNone(event.mcc, (mcc) => mcc.toFixed(4)), '0'],
    ['expected calibration error', event.expectedCalibrationError.toFixed(4), ''],
    ['base rate', percent(event.baseRate), ''],
  ];
}

const intervalRow = ({
  nominal,
  conformal,
  adaptive,
}: NonNullable<ModelCard['outOfSample']['intervals']>): string[] => [
  'the interval holds',
  `${percent(conformal)} (moved by what was missed just before ${percent(adaptive)})`,
  `says ${percent(nominal)}`,
];

const reliabilityTable = ({ reliability }: CardEvent): string =>
  table(
    ['said', 'times', 'right'],
    reliability
      .filter((bucket) => bucket.n > 0)
      .map(({ low, high, n, right }) => [
        `${Math.round(low * 100)}–${Math.round(high * 100)} %`,
        String(n),
        percent(right / n),
      ]),
  );

const instrumentTable = (each: ModelCard['outOfSample']['perInstrument']): string =>
  table(
    ['instrument', 'questions', 'base rate', 'AUC'],
    each.map(({ instrument, n, baseRate, auc }) => [instrument, String(n), percent(baseRate), auc.toFixed(4)]),
  );

function settingsText(settings: Readonly<Record<string, number>>): string {
  const stated = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return stated.length === 0 ? 'standard settings' : stated.join(', ');
}

function auditText({ audit: { checked, leaks, shuffledLabelAuc }, madeElsewhere }: ModelCard): string {
  const found = leaks.length === 0 ? 'and found none' : `and found: ${leaks.join('; ')}`;
  const shuffled = shuffledLabelAuc === null ? '' : ` With shuffled labels the AUC was ${shuffledLabelAuc.toFixed(4)}.`;
  const of = madeElsewhere ? ' in the samples that it was judged on, not in its training,' : '';
  return `The leakage audit looked for ${checked.join(', ')}${of} ${found}.${shuffled}`;
}

/** What was said, and what nobody here can know. */
function elsewhereText(said: MadeElsewhere, { spans, training }: ModelCard): string {
  const { author, licence, note, learntToMs, producer, fileSha256, fileBytes, input, output, columns, answer } = said;
  const tool = producer === '' ? 'a tool that its file does not name' : producer;
  return [
    `Made elsewhere, by ${author}, licence ${licence}; the file was written by ${tool}.${note === '' ? '' : ` ${note}`}`,
    `**Its training was not seen here and cannot be audited.** That it had learnt by ${minute(learntToMs)} and nothing later is what whoever brought it said: if it is not so, the figures above flatter it. Only what was asked after that and the life of one label was judged, in ${spans.folds} folds by time, the answers of each read as the other folds taught. Brought and judged on the same question: ${training.settingsTried}.`,
    `Its input \`${input}\` takes ${columns}; of its output \`${output}\` ${answer} is read. File: ${fileBytes} bytes, sha256 \`${fileSha256}\`.`,
  ].join('\n\n');
}

function mapText(map: ModelCard['calibration']['map']): string {
  switch (map.kind) {
    case 'none':
      return 'none, as learnt';
    case 'platt':
      return `Platt, slope ${map.slope.toFixed(4)}, intercept ${map.intercept.toFixed(4)}`;
    case 'isotonic':
      return `isotonic, ${map.raw.length} knots`;
    case 'shift':
      return `conformal, levels moved by ${map.by.map((by) => by.toFixed(4)).join(', ')}`;
  }
}

function tradedText({ trades, right, grossBpsPerTrade, netBpsPerTrade }: CardTraded): string {
  if (trades === 0) return 'No forecast was sure enough to trade.';
  const share = `${trades} trades, ${right} right (${percent(right / trades)})`;
  if (grossBpsPerTrade === null || netBpsPerTrade === null) return `${share}: too few to say what one earns.`;
  return `${share}; ${grossBpsPerTrade.toFixed(2)} bps a trade before fees, ${estimateText(netBpsPerTrade, 2)} bps after.`;
}

function driftText({ trainingDistribution: { windowBars, features, heldOut }, madeElsewhere }: ModelCard): string {
  const known = madeElsewhere ? 'what it was judged on' : 'training';
  const bins = Math.max(...features.map(({ shares }) => shares.length));
  return `Its features have drifted where the last ${windowBars} candles of an instrument lie further from ${known}, in any feature, than any of the windows of that length that ${madeElsewhere ? 'the first of it' : 'the training of one instrument'} was cut into (population stability index over up to ${bins} bins, 0.25 at least); then its word carries no weight. Of ${heldOut.windows} such windows of later times ${heldOut.drifted} would have counted as drifted.`;
}

const minute = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
