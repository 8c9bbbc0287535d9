import type { Contribution, Value } from './graph.ts';
import { add, concat, expand } from './operations.ts';
import { withExtent } from './shape.ts';

type Stretch = Extract<Contribution, { kind: 'stretch' }>;

/**
 * Builds, in the same graph, the gradient of a scalar with respect to each of `leaves`, in their shapes.
 *
 * @throws RangeError where `loss` does not depend on a leaf
 */
export function gradientsOf(loss: Value, leaves: readonly Value[]): Value[] {
  const reaching = valuesBetween(loss, new Set(leaves));
  const received = new Map<Value, Contribution[]>([[loss, [{ kind: 'whole', value: loss.graph.scalar(1) }]]]);
  const gradients = new Map<Value, Value>();
  for (const value of [...reaching].sort((a, b) => b.order - a.order)) {
    const contributions = received.get(value);
    if (contributions === undefined) continue;
    const gradient = sumOf(value, contributions);
    gradients.set(value, gradient);
    if (!value.parents.some((parent) => reaching.has(parent))) continue;
    for (const [at, contribution] of value.backward(gradient).entries()) {
      const parent = value.parents[at]!;
      if (contribution === null || !reaching.has(parent)) continue;
      const known = received.get(parent);
      if (known) known.push(contribution);
      else received.set(parent, [contribution]);
    }
  }
  return leaves.map((leaf) => {
    const gradient = gradients.get(leaf);
    if (gradient === undefined) throw new RangeError(`the loss does not depend on ${leaf.name}`);
    return gradient;
  });
}

/** What lies on a way from a leaf to `loss`, both included. A leaf's own parents do not count. */
function valuesBetween(loss: Value, leaves: ReadonlySet<Value>): Set<Value> {
  const above = new Set<Value>();
  const open = [loss];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (above.has(value)) continue;
    above.add(value);
    if (!leaves.has(value)) open.push(...value.parents);
  }
  const reaching = new Set<Value>();
  for (const value of [...above].sort((a, b) => a.order - b.order)) {
    if (leaves.has(value) || value.parents.some((parent) => reaching.has(parent))) reaching.add(value);
  }
  return reaching;
}

function sumOf(value: Value, contributions: readonly Contribution[]): Value {
  const wholes = contributions.flatMap((each) => (each.kind === 'whole' ? [each.value] : []));
  for (const layer of layersOf(contributions)) wholes.push(joined(value, layer));
  const [first, ...others] = wholes;
  return others.reduce(add, first!);
}

/**
 * Stretches that do not overlap, side by side: the steps of an unrolled sequence come together in one Concat, where adding
 * each of them padded to full length would cost the square of the steps.
 */
function layersOf(contributions: readonly Contribution[]): Stretch[][] {
  const layers: Stretch[][] = [];
  const stretches = contributions.filter((each) => each.kind === 'stretch').sort((a, b) => a.start - b.start);
  for (const stretch of stretches) {
    const free = layers.find((layer) => {
      const last = layer.at(-1)!;
      return last.axis === stretch.axis && last.start + lengthOf(last) <= stretch.start;
    });
    if (free) free.push(stretch);
    else layers.push([stretch]);
  }
  return layers;
}

const lengthOf = ({ value, axis }: Stretch): number => value.shape[axis]!;

/** Stretches one behind the other, zeros in the gaps. */
function joined(value: Value, layer: readonly Stretch[]): Value {
  const { axis } = layer[0]!;
  const parts: Value[] = [];
  let at = 0;
  const fillTo = (end: number): void => {
    if (end > at) parts.push(expand(value.graph.scalar(0), withExtent(value.shape, axis, end - at)));
  };
  for (const stretch of layer) {
    fillTo(stretch.start);
    parts.push(stretch.value);
    at = stretch.start + lengthOf(stretch);
  }
  fillTo(value.shape[axis]!);
  return concat(parts, axis);
}
