/** Extents of a value, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** The extent that only a run decides: the batch of a graph for inference. Training graphs know all their extents. */
export const ANY = -1;

/** How many numbers; `ANY` where that depends on the batch. */
export const sizeOf = (shape: Shape): number =>
  shape.includes(ANY) ? ANY : shape.reduce((product, extent) => product * extent, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

/** `axis` counted from the front; a negative one counts from the back. */
export function axisOf(shape: Shape, axis: number): number {
  const counted = axis < 0 ? shape.length + axis : axis;
  if (!(counted >= 0 && counted < shape.length)) throw new RangeError(`no axis ${axis} in [${shape.join(', ')}]`);
  return counted;
}

/** What two shapes broadcast to, by ONNX's rules: aligned at the back, an extent of one stretches. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new RangeError(`[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
  });
}

/** `shape` with `extent` in place of the one at `axis`. */
export const withExtent = (shape: Shape, axis: number, extent: number): Shape =>
  shape.map((each, at) => (at === axis ? extent : each));
