import { combinations } from '../splits/combinatorial-folds.ts';

export interface Overfitting {
  /** Share of the splits in which the best of one half was in the lower half of the other. 0.5 where choosing teaches nothing. */
  readonly probability: number;
  /** Share of the splits in which the best of one half lost money in the other. */
  readonly lossProbability: number;
  /** Log odds of the chosen trial's rank in the other half, one for each split. */
  readonly logits: Float64Array;
  readonly trials: number;
  readonly splits: number;
}

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation: time falls into blocks, and in every
 * choice of half of them the best trial by Sharpe ratio is looked up in the other half. (D. H. Bailey, J. Borwein,
 * M. López de Prado, Q. J. Zhu, The Probability of Backtest Overfitting, Journal of Computational Finance 20, 2017.)
 *
 * @param trialReturns of all trials over the same times, winners and losers
 * @param blocks even; observations left over at the start are not used
 * @throws RangeError for fewer than two trials, trials of different length, or fewer than two observations a block
 */
export function backtestOverfitting(trialReturns: readonly Float64Array[], blocks = 16): Overfitting {
  const trials = trialReturns.length;
  const length = trialReturns[0]?.length ?? 0;
  if (trials < 2) throw new RangeError('overfitting is a matter of choice: it takes two trials');
  if (trialReturns.some((returns) => returns.length !== length)) throw new RangeError('trials of different length');
  if (blocks < 2 || blocks % 2 !== 0) throw new RangeError(`${blocks} blocks cannot be halved`);
  const size = Math.floor(length / blocks);
  if (size < 2) throw new RangeError(`${length} observations are too few for ${blocks} blocks`);

  const { sums, squares } = blockSums(trialReturns, blocks, size);
  const halves = combinations(blocks, blocks / 2);
  const logits = new Float64Array(halves.length);
  const inner = new Float64Array(trials);
  const outer = new Float64Array(trials);
  let losses = 0;
  for (const [split, half] of halves.entries()) {
    const isInner = new Uint8Array(blocks);
    for (const block of half) isInner[block] = 1;
    const observations = (size * blocks) / 2;
    for (let trial = 0; trial < trials; trial += 1) {
      let [sumIn, squareIn, sumOut, squareOut] = [0, 0, 0, 0];
      for (let block = 0; block < blocks; block += 1) {
        const at = trial * blocks + block;
        if (isInner[block] === 1) {
          sumIn += sums[at]!;
          squareIn += squares[at]!;
        } else {
          sumOut += sums[at]!;
          squareOut += squares[at]!;
        }
      }
      inner[trial] = sharpeOf(sumIn, squareIn, observations);
      outer[trial] = sharpeOf(sumOut, squareOut, observations);
    }
    const chosen = best(inner);
    const rank = shareBelow(outer, chosen);
    logits[split] = Math.log(rank / (1 - rank));
    if (outer[chosen]! < 0) losses += 1;
  }
  const low = logits.reduce((count, logit) => count + (logit <= 0 ? 1 : 0), 0);
  return {
    probability: low / halves.length,
    lossProbability: losses / halves.length,
    logits,
    trials,
    splits: halves.length,
  };
}

/** Sums of each trial's returns and of their squares, block by block; the newest observations are the ones that count. */
function blockSums(trialReturns: readonly Float64Array[], blocks: number, size: number) {
  const sums = new Float64Array(trialReturns.length * blocks);
  const squares = new Float64Array(trialReturns.length * blocks);
  for (const [trial, returns] of trialReturns.entries()) {
    const from = returns.length - blocks * size;
    for (let i = 0; i < blocks * size; i += 1) {
      const value = returns[from + i]!;
      const at = trial * blocks + Math.floor(i / size);
      sums[at]! += value;
      squares[at]! += value * value;
    }
  }
  return { sums, squares };
}

/** What never moves has neither won nor lost. */
function sharpeOf(sum: number, squares: number, n: number): number {
  const variance = (squares - (sum * sum) / n) / (n - 1);
  return variance > 0 ? sum / n / Math.sqrt(variance) : 0;
}

function best(values: Float64Array): number {
  let at = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[at]!) at = i;
  return at;
}

/** Rank among all as a share between 0 and 1, both left out; equals share their ranks. */
function shareBelow(values: Float64Array, chosen: number): number {
  const value = values[chosen]!;
  let [below, equal] = [0, 0];
  for (const other of values) {
    if (other < value) below += 1;
    else if (other === value) equal += 1;
  }
  return (below + (equal + 1) / 2) / (values.length + 1);
}
