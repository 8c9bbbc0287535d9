import { createRandom } from './random.ts';

/** Layers of the ziggurat, and where its lowest one turns into the tail (J. A. Doornik, 2005, after G. Marsaglia and W. W. Tsang). */
const LAYERS = 128;
const TAIL_FROM = 3.442619855899;
const LAYER_AREA = 9.91256303526217e-3;
/** A draw of 32 bits: seven name the layer, the others, signed, say where in it. */
const LAYER_BITS = 7;
const STEPS = 2 ** (31 - LAYER_BITS);

const edges = layerEdges();
/** Width of a step in each layer, and below how many steps the layer lies under the curve throughout. */
const stepWidth = edges.subarray(0, LAYERS).map((edge) => edge / STEPS);
const safeSteps = Int32Array.from({ length: LAYERS }, (_, layer) =>
  Math.floor((edges[layer + 1]! / edges[layer]!) * STEPS),
);

/** Right edges of the layers, the lowest (with the tail counted in) first, the empty one above the top last. */
function layerEdges(): Float64Array {
  const right = new Float64Array(LAYERS + 1);
  let height = Math.exp(-0.5 * TAIL_FROM * TAIL_FROM);
  right[0] = LAYER_AREA / height;
  right[1] = TAIL_FROM;
  for (let layer = 2; layer < LAYERS; layer += 1) {
    right[layer] = Math.sqrt(-2 * Math.log(LAYER_AREA / right[layer - 1]! + height));
    height = Math.exp(-0.5 * right[layer]! ** 2);
  }
  return right;
}

/**
 * Standard normal numbers from a seed, by the ziggurat over the generator of `createRandom`; steps are 2e-7 wide. The
 * generator's own steps stand here once more: a call for each number would cost half the speed.
 */
export class Normals {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    const random = createRandom(seed);
    const word = (): number => (random.next() * 4_294_967_296) | 0;
    [this.#a, this.#b, this.#c] = [word(), word(), word()];
  }

  /** Fills `out` with the next numbers. */
  fill(out: Float64Array): void {
    const [width, safe] = [stepWidth, safeSteps];
    let [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    for (let i = 0; i < out.length; i += 1) {
      const drawn = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + drawn) | 0;
      const layer = drawn & (LAYERS - 1);
      const steps = drawn >> LAYER_BITS;
      if (Math.abs(steps) < safe[layer]!) {
        out[i] = steps * width[layer]!;
        continue;
      }
      [this.#a, this.#b, this.#c, this.#counter] = [a, b, c, counter];
      out[i] = this.#decide(layer, steps);
      [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    }
    [this.#a, this.#b, this.#c, this.#counter] = [a, b, c, counter];
  }

  /** One draw in about eighty lies where its layer is only partly under the curve: the tail, or the sloping edge. */
  #decide(firstLayer: number, firstSteps: number): number {
    for (let layer = firstLayer, steps = firstSteps; ; ) {
      if (Math.abs(steps) < safeSteps[layer]!) return steps * stepWidth[layer]!;
      if (layer === 0) return steps < 0 ? -this.#tail() : this.#tail();
      const x = steps * stepWidth[layer]!;
      const under = Math.exp(-0.5 * (edges[layer]! ** 2 - x * x));
      const over = Math.exp(-0.5 * (edges[layer + 1]! ** 2 - x * x));
      if (over + this.#uniform() * (under - over) < 1) return x;
      const drawn = this.#draw();
      layer = drawn & (LAYERS - 1);
      steps = drawn >> LAYER_BITS;
    }
  }

  /** Beyond `TAIL_FROM`, by Marsaglia's method of 1964. */
  #tail(): number {
    for (;;) {
      const x = -Math.log(1 - this.#uniform()) / TAIL_FROM;
      const y = -Math.log(1 - this.#uniform());
      if (y + y > x * x) return TAIL_FROM + x;
    }
  }

  #uniform(): number {
    return (this.#draw() >>> 0) / 4_294_967_296;
  }

  #draw(): number {
    const [a, b, c] = [this.#a, this.#b, this.#c];
    const drawn = (((a + b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return drawn;
  }
}
