/** Which runs the list shows, and in which order. Pure. */
import type { LabRun } from '../../preload/lab-contract.ts';
import { paramsText, sourceText } from './run-words.ts';

export const RUN_ORDERS = [
  { value: 'newest', text: 'Newest' },
  { value: 'return', text: 'Return' },
  { value: 'sharpe', text: 'Sharpe' },
  { value: 'drawdown', text: 'Smallest drawdown' },
  { value: 'trust', text: 'Verdict' },
] as const;
export type RunOrder = (typeof RUN_ORDERS)[number]['value'];

const ORIGINS = { lab: 'lab screen', 'command-line': 'command line cli' } as const;
const TRUST = { good: 2, doubtful: 1, bad: 0 } as const;

/** More is further up; null is below everything. */
const HEIGHT: Record<RunOrder, (run: LabRun) => number | null> = {
  newest: ({ askedAtMs }) => askedAtMs,
  return: ({ figures }) => figures?.returnShare ?? null,
  sharpe: ({ figures }) => figures?.sharpe ?? null,
  drawdown: ({ figures }) => figures && -figures.maxDrawdownShare,
  trust: ({ verdict }) => verdict && TRUST[verdict.tone],
};

/** Those that every word of `text` is found in (strategy, candles, parameters, tags, note, how it stands, where it was made), in order. */
export function shownRuns(runs: readonly LabRun[], text: string, order: RunOrder): readonly LabRun[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? runs : runs.filter((run) => isFound(wordsOf(run), words));
  const height = HEIGHT[order];
  return found.toSorted((a, b) => {
    const [ofA, ofB] = [height(a) ?? Number.NEGATIVE_INFINITY, height(b) ?? Number.NEGATIVE_INFINITY];
    return ofA === ofB ? b.askedAtMs - a.askedAtMs : ofB - ofA;
  });
}

const isFound = (haystack: string, words: readonly string[]): boolean => words.every((word) => haystack.includes(word));

const wordsOf = ({ title, plan, state, origin, tags, note, verdict }: LabRun): string =>
  [
    title,
    plan.strategy,
    sourceText(plan),
    paramsText(plan),
    state,
    ORIGINS[origin],
    ...tags,
    note,
    verdict?.sentence ?? '',
  ]
    .join('\n')
    .toLowerCase();
