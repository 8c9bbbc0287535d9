import type { MarketScores, Score, TaskName } from './study.ts';

interface Row {
  readonly task: TaskName;
  readonly asked: string;
  readonly scored: string;
}

const ROWS: readonly Row[] = [
  { task: 'leg', asked: 'Which way does the zig-zag leg go that this bar lies in?', scored: 'purged folds' },
  { task: 'pivot', asked: 'This bar is a turning point: top or bottom?', scored: 'purged folds' },
  { task: 'near', asked: 'Is a turning point within three bars, before or after?', scored: 'purged folds' },
  {
    task: 'shuffled-wide',
    asked: 'Does the trend turn (6 ATR against it before 6 with it, in 200 bars)? 93 features, deep trees',
    scored: 'rows drawn at random, 80 to 20',
  },
  { task: 'purged-wide', asked: 'The same question, 93 features, modest trees', scored: 'purged, embargoed folds' },
  { task: 'purged', asked: 'The same question, the twelve features', scored: 'purged, embargoed folds' },
];

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const cell = ({ accuracy, majority }: Score): string => `${percent(accuracy)} (${percent(majority)})`;

/** The page `docs/model-honesty.md`.. */
export function honestyPage(markets: readonly MarketScores[], command: string): string {
  const scoreOf = ({ scores }: MarketScores, task: TaskName): Score => scores.find((score) => score.task === task)!;
  const table = [
    `| question | scored by | ${markets.map(({ market }) => market).join(' | ')} |`,
    `| --- | --- | ${markets.map(() => '---').join(' | ')} |`,
    ...ROWS.map(
      ({ task, asked, scored }) =>
        `| ${asked} | ${scored} | ${markets.map((market) => cell(scoreOf(market, task))).join(' | ')} |`,
    ),
  ];
  return `# “78 % right on trend reversals”

A model of twelve features of a candle series (distance from three averages, RSI, MACD, Bollinger position, volume and the
shape of the bar) has been said to call trend reversals with 78 % accuracy. This page says what those features give, and
how a figure of that size comes about without any skill.

Each cell is accuracy, and in brackets what always saying the commoner answer would score. The first columns are random walks:
nothing can be known of their next step, so whatever lies above the bracket there was made by the measurement. Differences of a
few points either way are chance: answers overlap, and the two walks differ as much from each other.

${table.join('\n')}

## How to read it

- **The leg.** Asked about the leg of a zig-zag, a model is right seven times in ten on a walk without any memory. The question is
  about a leg of which the past half can be seen; what is left of it cannot be traded. With longer legs the score rises.
- **The turning point.** Asked “top or bottom?” about a bar that turned out to be one, every model is right: it stands above
  its averages or below them. Which bar will turn out to be one is the question that was left out.
- **Near a turning point.** Most bars are not; a model that never says “turn” scores what the brackets say. The rarer the turns are made,
  the higher the score: at one turn in 32 bars this alone is 78 %.
- **Rows drawn at random.** Answers that take many bars overlap. A tested bar’s neighbours lie in training with nearly the same
  slow features and the same answer, and deep trees learn them by heart. This is the largest of the errors, and the commonest.
- **Purged and embargoed.** Training is kept clear of every bar that an answer under test has to do with. This is the only
  figure of the table that anyone could have traded on.

What ships asks only questions that lie wholly ahead, is judged by purged folds and a span held out, and says **no edge** where the
intervals say so; its vote then has no weight. The card of each model has its figures.

Written by \`${command}\`. Trees of the program’s own trainer; five folds, an embargo of 288 bars; zig-zag of 4 ATR.
`;
}
