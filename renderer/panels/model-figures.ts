/** Out-of-sample figures as a person reads them: shares in per cent, bps with their sign, parts as rows. Pure. */
import type { Model } from '../../preload/contract.ts';
import { showFloat, showPercent } from '../format/number.ts';

type Figure = Model['outOfSample'][number];

export interface FigureRow {
  readonly part: string;
  /** By the name after the colon. */
  readonly figures: ReadonlyMap<string, Figure>;
}

/** Splits figures named `part: figure` from those that stand alone; the order they come in is kept. */
export function groupFigures(figures: readonly Figure[]): {
  readonly loose: readonly Figure[];
  readonly rows: readonly FigureRow[];
  readonly columns: readonly string[];
} {
  const loose: Figure[] = [];
  const parts = new Map<string, Map<string, Figure>>();
  const columns = new Set<string>();
  for (const figure of figures) {
    const [part, name] = figure.name.split(': ');
    if (part === undefined || name === undefined) {
      loose.push(figure);
      continue;
    }
    columns.add(name);
    parts.set(part, (parts.get(part) ?? new Map<string, Figure>()).set(name, figure));
  }
  const rows = [...parts].map(([part, found]) => ({ part, figures: found }));
  return { loose, rows, columns: [...columns] };
}

/** A share of cases in per cent, bps to a tenth, anything else to three places. */
export function showFigure(name: string, value: number | null): string {
  if (/^right\b/.test(name)) return showPercent(value, 1);
  return showFloat(value, /\bbps\b/.test(name) ? 1 : 3);
}
