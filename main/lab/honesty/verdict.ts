import type { Evidence, RunEvidence } from './evidence.ts';

/** Why a verdict is what it is: a closed list of codes with the numbers that led to them. Shares are of one. */
export type Reason =
  | { readonly code: 'looks-ahead'; readonly found: number; readonly cuts: number; readonly bar: number }
  | { readonly code: 'no-look-ahead'; readonly cuts: number }
  | { readonly code: 'warm-up-short'; readonly warmUpBars: number; readonly enoughBars: number | null }
  | { readonly code: 'warms-up'; readonly bars: number }
  | { readonly code: 'few-trades'; readonly trades: number; readonly needed: number }
  | { readonly code: 'short-history'; readonly days: number; readonly needed: number }
  | { readonly code: 'short-record'; readonly days: number; readonly needed: number }
  | { readonly code: 'liquidated'; readonly times: number }
  | { readonly code: 'loses'; readonly returnPct: number; readonly returnPctWithoutCosts: number }
  | { readonly code: 'could-be-zero'; readonly sharpe: number; readonly low: number; readonly high: number }
  | { readonly code: 'above-zero'; readonly sharpe: number; readonly low: number; readonly high: number }
  | { readonly code: 'lucky-trial'; readonly probability: number; readonly trials: number }
  | { readonly code: 'beyond-luck'; readonly probability: number; readonly trials: number }
  | { readonly code: 'overfit'; readonly probability: number; readonly trials: number }
  | { readonly code: 'no-better-than-random'; readonly beatenShare: number; readonly draws: number }
  | { readonly code: 'hardly-better-than-random'; readonly beatenShare: number; readonly draws: number }
  | { readonly code: 'better-than-random'; readonly beatenShare: number; readonly draws: number }
  | { readonly code: 'behind-holding'; readonly sharpe: number; readonly holdingSharpe: number }
  | { readonly code: 'ahead-of-holding'; readonly sharpe: number; readonly holdingSharpe: number }
  | { readonly code: 'thin-margin'; readonly breakEvenTimes: number }
  | { readonly code: 'wide-margin'; readonly breakEvenTimes: number | null }
  | { readonly code: 'needs-speed'; readonly latencyMs: number; readonly returnPct: number }
  | { readonly code: 'fragile-parameters'; readonly profitableShare: number; readonly neighbours: number }
  | { readonly code: 'steady-parameters'; readonly profitableShare: number; readonly neighbours: number }
  | { readonly code: 'not-audited' };

export type Tone = 'good' | 'doubtful' | 'bad';

export interface Verdict {
  /** Void: the run itself is wrong. Not enough: nothing can be said. */
  readonly kind: 'void' | 'not-enough' | 'no-edge' | 'doubtful' | 'worth-paper';
  readonly tone: Tone;
  /** `No edge: loses 3.1 %, and 0.4 % even without costs.` */
  readonly sentence: string;
  /** The heaviest first. */
  readonly reasons: readonly (Reason & { readonly tone: Tone; readonly text: string })[];
}

/** Below these nothing is said. */
const TRADES_MIN = 30;
const DAYS_MIN = 60;
/** What chance alone is allowed. */
const CONFIDENCE = 0.95;
/** Entries at random times that do as well more often than this leave no edge. */
const RANDOM_SHARE = 0.8;
const OVERFIT_FROM = 0.3;
/** Costs may be so much higher than was thought. */
const MARGIN_TIMES = 1.5;
/** A person answers, and venues are slow at times. */
const LATENCY_MS = 10_000;
const NEIGHBOURS_SHARE = 0.7;
/** Of the bars: a start that is a little off changes nothing that counts. */
const WARM_UP_SHARE = 0.02;

const KINDS: Readonly<Record<Verdict['kind'], readonly [words: string, tone: Tone]>> = {
  void: ['Not to be believed', 'bad'],
  'not-enough': ['Not enough to judge', 'doubtful'],
  'no-edge': ['No edge', 'bad'],
  doubtful: ['Doubtful', 'doubtful'],
  'worth-paper': ['Worth paper trading', 'good'],
};

/** What makes the run void, what leaves it without an edge, what is missing; everything else that is bad makes it doubtful. */
const VOID: ReadonlySet<Reason['code']> = new Set(['looks-ahead']);
const MISSING: ReadonlySet<Reason['code']> = new Set(['few-trades', 'short-history']);
const EDGELESS: ReadonlySet<Reason['code']> = new Set(['loses', 'liquidated', 'no-better-than-random']);
const GOOD: ReadonlySet<Reason['code']> = new Set([
  'no-look-ahead',
  'warms-up',
  'above-zero',
  'beyond-luck',
  'better-than-random',
  'ahead-of-holding',
  'wide-margin',
  'steady-parameters',
]);
/** So many reasons make the sentence. */
const SAID_MAX = 2;

/** The same evidence has the same verdict. */
export const judge = (evidence: Evidence): Verdict => verdictFrom(reasonsFrom(evidence));

/** Of a run that was made once, by an engine that nothing was run again on: what its own returns say, and that nobody audited it. */
export function judgeAlone(evidence: RunEvidence): Verdict {
  return verdictFrom([
    { code: 'not-audited' },
    ...ofAmount(evidence),
    ...ofProfit({ ...evidence, holding: null }),
    ...ofLuck({ ...evidence, random: null }),
  ]);
}

function verdictFrom(found: readonly Reason[]): Verdict {
  const reasons = found.map((reason) => ({ ...reason, tone: toneOf(reason), text: textOf(reason) }));
  const kind = kindOf(reasons);
  const [words, tone] = KINDS[kind];
  const decisive = reasons.filter((reason) => isDecisive(kind, reason)).slice(0, SAID_MAX);
  return {
    kind,
    tone,
    sentence: `${words}: ${decisive.map(({ text }) => text).join('; ')}.`,
    reasons: sorted(reasons),
  };
}

function kindOf(reasons: readonly Reason[]): Verdict['kind'] {
  const has = (codes: ReadonlySet<Reason['code']>): boolean => reasons.some(({ code }) => codes.has(code));
  if (has(VOID)) return 'void';
  if (has(MISSING)) return 'not-enough';
  if (has(EDGELESS)) return 'no-edge';
  return reasons.every(({ code }) => GOOD.has(code)) ? 'worth-paper' : 'doubtful';
}

function isDecisive(kind: Verdict['kind'], { code }: Reason): boolean {
  switch (kind) {
    case 'void':
      return VOID.has(code);
    case 'not-enough':
      return MISSING.has(code);
    case 'no-edge':
      return EDGELESS.has(code);
    case 'doubtful':
      return !GOOD.has(code);
    case 'worth-paper':
      return code === 'above-zero' || code === 'better-than-random';
  }
}

function toneOf({ code }: Reason): Tone {
  if (GOOD.has(code)) return 'good';
  return VOID.has(code) || EDGELESS.has(code) ? 'bad' : 'doubtful';
}

const WEIGHT: Readonly<Record<Tone, number>> = { bad: 0, doubtful: 1, good: 2 };
const sorted = <R extends { readonly tone: Tone }>(reasons: readonly R[]): readonly R[] =>
  reasons.toSorted((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone]);

function reasonsFrom(evidence: Evidence): readonly Reason[] {
  return [
    ...ofAudits(evidence),
    ...ofAmount(evidence),
    ...ofProfit(evidence),
    ...ofLuck(evidence),
    ...ofStress(evidence),
  ];
}

function ofAudits({ statistics, lookAhead, warmUp }: Evidence): readonly Reason[] {
  const { holds, found, cuts } = lookAhead;
  const reasons: Reason[] = holds
    ? [{ code: 'no-look-ahead', cuts }]
    : [{ code: 'looks-ahead', found: found.length, cuts, bar: found[0]!.bar }];
  const { kind, warmUpBars, enoughBars } = warmUp;
  if (kind !== 'fails') return reasons;
  const isSmall = enoughBars !== null && enoughBars <= WARM_UP_SHARE * statistics.bars;
  return [
    ...reasons,
    isSmall ? { code: 'warms-up', bars: enoughBars } : { code: 'warm-up-short', warmUpBars, enoughBars },
  ];
}

function ofAmount({ statistics, daysNeeded }: RunEvidence): readonly Reason[] {
  const { trades, daily } = statistics;
  const days = daily.observations;
  const reasons: Reason[] = [];
  if (trades < TRADES_MIN) reasons.push({ code: 'few-trades', trades, needed: TRADES_MIN });
  if (days < DAYS_MIN) reasons.push({ code: 'short-history', days, needed: DAYS_MIN });
  else if (Number.isFinite(daysNeeded) && daysNeeded > days)
    reasons.push({ code: 'short-record', days, needed: Math.ceil(daysNeeded) });
  return reasons;
}

function ofProfit({
  statistics,
  returnPctWithoutCosts,
  returns,
  holding,
}: RunEvidence & { readonly holding: Evidence['holding'] | null }): readonly Reason[] {
  const { returnPct, exits } = statistics;
  const reasons: Reason[] = [];
  if ((exits.liquidation ?? 0) > 0) reasons.push({ code: 'liquidated', times: exits.liquidation ?? 0 });
  if (!(returnPct > 0)) {
    reasons.push({ code: 'loses', returnPct, returnPctWithoutCosts });
    return reasons;
  }
  const { value: sharpe, low, high } = returns.figures['sharpe']!;
  reasons.push({ code: low > 0 ? 'above-zero' : 'could-be-zero', sharpe, low, high });
  const holdingSharpe = holding?.sharpe ?? Number.NaN;
  if (!Number.isNaN(holdingSharpe))
    reasons.push({ code: sharpe > holdingSharpe ? 'ahead-of-holding' : 'behind-holding', sharpe, holdingSharpe });
  return reasons;
}

function ofLuck({
  statistics,
  deflated,
  overfitting,
  random,
}: RunEvidence & Pick<Evidence, 'random'>): readonly Reason[] {
  const reasons: Reason[] = [];
  if (random !== null) {
    const { beatenShare, draws } = random;
    reasons.push({ code: besideRandom(beatenShare), beatenShare, draws });
  }
  if (!(statistics.returnPct > 0)) return reasons;
  const { probability, trials } = deflated;
  reasons.push({ code: probability >= CONFIDENCE ? 'beyond-luck' : 'lucky-trial', probability, trials });
  if (overfitting !== null && overfitting.probability > OVERFIT_FROM) reasons.push({ code: 'overfit', ...overfitting });
  return reasons;
}

function besideRandom(beatenShare: number) {
  if (beatenShare < RANDOM_SHARE) return 'no-better-than-random';
  return beatenShare < CONFIDENCE ? 'hardly-better-than-random' : 'better-than-random';
}

function ofStress({ statistics, costs, latency, neighbours }: Evidence): readonly Reason[] {
  if (!(statistics.returnPct > 0)) return [];
  const reasons: Reason[] = [];
  const { breakEvenTimes } = costs;
  if (breakEvenTimes !== null && breakEvenTimes < MARGIN_TIMES) reasons.push({ code: 'thin-margin', breakEvenTimes });
  else reasons.push({ code: 'wide-margin', breakEvenTimes });
  const slow = latency.runs.find(({ latencyMs, figures }) => latencyMs <= LATENCY_MS && !(figures.returnPct > 0));
  if (slow) reasons.push({ code: 'needs-speed', latencyMs: slow.latencyMs, returnPct: slow.figures.returnPct });
  const { profitableShare, neighbours: beside } = neighbours;
  if (beside.length > 0) {
    const code = profitableShare >= NEIGHBOURS_SHARE ? 'steady-parameters' : 'fragile-parameters';
    reasons.push({ code, profitableShare, neighbours: beside.length });
  }
  return reasons;
}

/** No full stop: it may be part of a sentence. */
export function textOf(reason: Reason): string {
  switch (reason.code) {
    case 'looks-ahead':
      return `it knows the future: ${reason.found} of ${reason.cuts} runs on data cut off earlier decided otherwise, first at bar ${reason.bar}`;
    case 'no-look-ahead':
      return `decides the same when the future is cut off, in ${reason.cuts} runs`;
    case 'warm-up-short':
      return reason.enoughBars === null
        ? `decides otherwise when it is started later, however long it warms up`
        : `decides otherwise when it is started later: ${reason.warmUpBars} bars of warm-up are too few, ${reason.enoughBars} would do`;
    case 'warms-up':
      return `decides the same wherever it is started, after ${reason.bars} bars`;
    case 'few-trades':
      return `${reason.trades} trades, and ${reason.needed} are the fewest that say anything`;
    case 'short-history':
      return `${reason.days} days, and ${reason.needed} are the fewest that say anything`;
    case 'short-record':
      return `a Sharpe ratio like this is told from zero after ${reason.needed} days, and there are ${reason.days}`;
    case 'liquidated':
      return `liquidated ${times(reason.times)}`;
    case 'loses':
      if (reason.returnPct === 0) return 'neither wins nor loses';
      return percent(Math.max(0, reason.returnPctWithoutCosts)) !== percent(0)
        ? `loses ${percent(-reason.returnPct)}: costs eat the ${percent(reason.returnPctWithoutCosts)} it earns without them`
        : `loses ${percent(-reason.returnPct)}, and ${percent(Math.abs(reason.returnPctWithoutCosts))} even without costs`;
    case 'could-be-zero':
      return `a Sharpe ratio of ${ratio(reason.sharpe)} that could as well be zero (${ratio(reason.low)} to ${ratio(reason.high)})`;
    case 'above-zero':
      return `a Sharpe ratio of ${ratio(reason.sharpe)} (${ratio(reason.low)} to ${ratio(reason.high)})`;
    case 'lucky-trial':
      return `more than luck with ${likely(reason.probability)} only, after ${trials(reason.trials)}`;
    case 'beyond-luck':
      return `more than luck with ${likely(reason.probability)}, after ${trials(reason.trials)}`;
    case 'overfit':
      return `choosing the best of ${reason.trials} trials misled in ${percent(100 * reason.probability)} of the splits`;
    case 'no-better-than-random':
    case 'hardly-better-than-random':
      return `as many entries at random times do as well in ${percent(100 * (1 - reason.beatenShare))} of ${reason.draws} draws`;
    case 'better-than-random':
      return `better than ${percent(100 * reason.beatenShare)} of as many entries at random times`;
    case 'behind-holding':
      return `holding did better for its risk: a Sharpe ratio of ${ratio(reason.holdingSharpe)} beside ${ratio(reason.sharpe)}`;
    case 'ahead-of-holding':
      return `better than holding for its risk: a Sharpe ratio of ${ratio(reason.sharpe)} beside ${ratio(reason.holdingSharpe)}`;
    case 'thin-margin':
      return `nothing is left at ${ratio(reason.breakEvenTimes)} times the costs`;
    case 'wide-margin':
      return reason.breakEvenTimes === null
        ? 'earns at five times the costs'
        : `earns up to ${ratio(reason.breakEvenTimes)} times the costs`;
    case 'needs-speed':
      return `nothing is left with ${reason.latencyMs / 1_000} s from close to order`;
    case 'fragile-parameters':
      return `settings beside its own earn in ${percent(100 * reason.profitableShare)} of ${reason.neighbours} cases only`;
    case 'not-audited':
      return 'audits and stress run it again in the fast gear, and this is not that run';
    case 'steady-parameters':
      return `settings beside its own earn in ${percent(100 * reason.profitableShare)} of ${reason.neighbours} cases`;
  }
}

const percent = (value: number): string => `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)} %`;
const likely = (probability: number): string => (probability > 0.99 ? 'over 99 %' : percent(100 * probability));
const ratio = (value: number): string => value.toFixed(2).replace('-', '−');
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const trials = (count: number): string => (count === 1 ? 'a single trial' : `${count} trials`);
