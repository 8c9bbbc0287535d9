import type { BinnedRows } from './bins.ts';

/** First and second derivative of the loss by margin, per row. */
export interface Derivatives {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

const NONE = new Float64Array(0);

/** Gradient and hessian sums per (column, bin), interleaved; `stride` numbers per column. */
export class HistogramMaker {
  readonly stride: number;
  private readonly data: BinnedRows;
  private readonly columns: Int32Array;
  private readonly gathered: Derivatives;
  /** Histograms given back, to be used again: a tree makes dozens. */
  private readonly spare: Float64Array[] = [];

  constructor(data: BinnedRows, columns: Int32Array, bins: number, rowsMax: number) {
    this.stride = 2 * bins;
    this.data = data;
    this.columns = columns;
    this.gathered = { gradient: new Float64Array(rowsMax), hessian: new Float64Array(rowsMax) };
  }

  /** Of rows that will not be split: nothing, and this one is used again. */
  drop(histogram: Float64Array): readonly [Float64Array, Float64Array] {
    this.spare.push(histogram);
    return [NONE, NONE];
  }

  /** The parent's histogram shared out to the rows before and from `middle` on: the smaller side is counted, the other is the rest. */
  share(
    parent: Float64Array,
    derivatives: Derivatives,
    order: Int32Array,
    start: number,
    middle: number,
    end: number,
  ): readonly [Float64Array, Float64Array] {
    const leftIsSmaller = middle - start <= end - middle;
    const smaller = leftIsSmaller
      ? this.make(derivatives, order, start, middle)
      : this.make(derivatives, order, middle, end);
    for (let i = 0; i < parent.length; i++) parent[i]! -= smaller[i]!;
    return leftIsSmaller ? [smaller, parent] : [parent, smaller];
  }

  /** Of the rows `order[start .. end)`. Two columns are counted in one pass over the rows. */
  make({ gradient, hessian }: Derivatives, order: Int32Array, start: number, end: number): Float64Array {
    const histogram = this.spare.pop()?.fill(0) ?? new Float64Array(this.columns.length * this.stride);
    const rows = order.subarray(start, end);
    const ownGradient = this.gathered.gradient;
    const ownHessian = this.gathered.hessian;
    for (let i = 0; i < rows.length; i++) {
      ownGradient[i] = gradient[rows[i]!]!;
      ownHessian[i] = hessian[rows[i]!]!;
    }
    const { columns } = this;
    let c = 0;
    for (; c + 1 < columns.length; c += 2) this.countTwo(histogram, rows, c);
    if (c < columns.length) this.countOne(histogram, rows, c);
    return histogram;
  }

  private countTwo(histogram: Float64Array, rows: Int32Array, c: number): void {
    const { bins, rowCount } = this.data;
    const { gradient, hessian } = this.gathered;
    const first = bins.subarray(this.columns[c]! * rowCount, (this.columns[c]! + 1) * rowCount);
    const second = bins.subarray(this.columns[c + 1]! * rowCount, (this.columns[c + 1]! + 1) * rowCount);
    const base = c * this.stride;
    const nextBase = base + this.stride;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const g = gradient[i]!;
      const h = hessian[i]!;
      const a = base + 2 * first[row]!;
      histogram[a]! += g;
      histogram[a + 1]! += h;
      const b = nextBase + 2 * second[row]!;
      histogram[b]! += g;
      histogram[b + 1]! += h;
    }
  }

  private countOne(histogram: Float64Array, rows: Int32Array, c: number): void {
    const { bins, rowCount } = this.data;
    const { gradient, hessian } = this.gathered;
    const column = this.columns[c]! * rowCount;
    const base = c * this.stride;
    for (let i = 0; i < rows.length; i++) {
      const slot = base + 2 * bins[column + rows[i]!]!;
      histogram[slot]! += gradient[i]!;
      histogram[slot + 1]! += hessian[i]!;
    }
  }
}
