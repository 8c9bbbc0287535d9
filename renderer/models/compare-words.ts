/** What versions side by side have in common and where one is ahead. Pure. */
import type { ReportFigure } from '../../preload/model-report.ts';
import type { ModelVersion } from '../../preload/models-contract.ts';
import { showDay } from '../format/time.ts';

/** Why their figures cannot be ranked, a sentence; empty where they can. */
export function whyNotRanked(versions: readonly Pick<ModelVersion, 'question' | 'timeframe'>[]): string {
  const [first, ...others] = versions;
  const differ = (of: (version: Pick<ModelVersion, 'question' | 'timeframe'>) => unknown): boolean =>
    others.some((each) => first !== undefined && of(each) !== of(first));
  const parts = [
    ...(differ(({ question }) => question) ? ['questions'] : []),
    ...(differ(({ timeframe }) => timeframe) ? ['candles'] : []),
  ];
  return parts.length === 0
    ? ''
    : `They answer other ${parts.join(' of other ')}: their figures cannot be ranked against each other.`;
}

/**
 * Which of them is ahead in a figure: its interval lies beyond the interval of every other. Null where two overlap, where one was not
 * drawn, or where there is nothing to be ahead of.
 */
export function aheadIn(figures: readonly (ReportFigure | undefined)[]): number | null {
  const known = figures.flatMap((figure, at) => (figure ? [{ at, figure }] : []));
  if (known.length < 2) return null;
  const sign = known[0]!.figure.better === 'more' ? 1 : -1;
  const ends = known.map(({ at, figure: { interval } }) => {
    if (interval === null) return null;
    const [worst, best] = sign > 0 ? [interval.low, interval.high] : [-interval.high, -interval.low];
    return { at, worst, best };
  });
  if (ends.some((each) => each === null)) return null;
  const drawn = ends.filter((each) => each !== null);
  const top = drawn.reduce((best, each) => (each.worst > best.worst ? each : best));
  return drawn.every((each) => each.at === top.at || each.best < top.worst) ? top.at : null;
}

/** Facts of any of their cards, in the order in which they are first told; a version without one has null. */
export function factRows(
  versions: readonly Pick<ModelVersion, 'facts'>[],
): readonly { readonly name: string; readonly texts: readonly (string | null)[] }[] {
  const names = [...new Set(versions.flatMap(({ facts }) => facts.map(({ name }) => name)))];
  return names.map((name) => ({
    name,
    texts: versions.map(({ facts }) => facts.find((fact) => fact.name === name)?.text ?? null),
  }));
}

/** Features by the most that any of them loses without it, with what each loses; null where a card does not name it. */
export function importanceRows(
  versions: readonly Pick<ModelVersion, 'report'>[],
  most: number,
): readonly { readonly feature: string; readonly rises: readonly (number | null)[] }[] {
  const byVersion = versions.map(
    ({ report }) => new Map(report.importance.map(({ feature, lossRise }) => [feature, lossRise])),
  );
  // Losses of other questions have other sizes: each is told as a share of its own largest.
  const largest = byVersion.map((rises) => Math.max(1e-12, ...rises.values()));
  const features = [...new Set(byVersion.flatMap((rises) => [...rises.keys()]))];
  return features
    .map((feature) => ({
      feature,
      rises: byVersion.map((rises, at) => {
        const rise = rises.get(feature);
        return rise === undefined ? null : Math.max(0, rise) / largest[at]!;
      }),
    }))
    .filter(({ rises }) => rises.some((rise) => rise !== null && rise > 0))
    .sort((a, b) => Math.max(...b.rises.map((rise) => rise ?? 0)) - Math.max(...a.rises.map((rise) => rise ?? 0)))
    .slice(0, most);
}

type Spans = ModelVersion['report']['spans'];

/** `2023-01-01 to 2024-02-29`, of all spans of a use; null where there is none. */
export function spanText(spans: Spans, use: Spans[number]['use']): string | null {
  const own = spans.filter((span) => span.use === use);
  if (own.length === 0) return null;
  const from = Math.min(...own.map(({ fromMs }) => fromMs));
  const to = Math.max(...own.map(({ toMs }) => toMs));
  return `${showDay(from)} to ${showDay(to)}`;
}
