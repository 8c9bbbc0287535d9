import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** One sentence that names what is wrong. */
export interface WeightsError {
  readonly kind: 'bad-weights';
  readonly message: string;
}

export const equalWeights = (assets: number): Float64Array => new Float64Array(assets).fill(1 / assets);

/** Reads `BTC=0.5,ETH=-0.2`: shares of the portfolio, below zero for shorts; assets that are not named have none. */
export function parseWeights(text: string, assets: readonly string[]): Result<Float64Array, WeightsError> {
  const weights = new Float64Array(assets.length);
  const wrong = (message: string): Result<never, WeightsError> => fail({ kind: 'bad-weights', message });
  for (const part of text.split(',')) {
    const [name = '', amount = '', ...more] = part.split('=').map((each) => each.trim());
    const at = assets.indexOf(name);
    const weight = Number(amount);
    if (amount === '' || more.length > 0 || !Number.isFinite(weight))
      return wrong(`--weights: ${part} is not NAME=SHARE`);
    if (at < 0) return wrong(`--weights: no asset is called ${name}; there are ${assets.join(', ')}`);
    weights[at] = weight;
  }
  return ok(weights);
}
