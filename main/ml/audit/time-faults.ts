import type { DataSet } from '../datasets/data-set.ts';
import type { Leak } from './leakage-audit.ts';

/** What is wrong with the columns of a data set by themselves. */
export function timeFaults(set: DataSet): Leak[] {
  const faults: Leak[] = [];
  const note = (kind: Leak['kind'], detail: string): void => void faults.push({ kind, detail });
  const width = set.matrix.set.features.length;
  const early = set.askedMs.findIndex((askedMs, i) => !(set.knownMs[i]! > askedMs));
  if (early >= 0)
    note('times', `sample ${early} is answered at ${set.knownMs[early]} and asked at ${set.askedMs[early]}`);
  const weightless = set.weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (weightless >= 0) note('times', `sample ${weightless} has weight ${set.weights[weightless]}`);
  for (let i = 1; i < set.rowOf.length; i++) {
    const isSame = set.instrumentOf[i] === set.instrumentOf[i - 1];
    if (!isSame || set.rowOf[i]! > set.rowOf[i - 1]!) continue;
    note('times', `samples ${i - 1} and ${i} are not in order of time`);
    break;
  }
  const bad = set.matrix.cells.findIndex((cell) => !Number.isFinite(cell));
  if (bad >= 0)
    note(
      'times',
      `${set.matrix.set.features[bad % width]} is ${set.matrix.cells[bad]} in row ${Math.floor(bad / width)}`,
    );
  return faults;
}
