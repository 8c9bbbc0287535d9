import { Delay, RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

const BARS = 48;
const SHORT = 12;

/** All of the reference is one bar old; its moves are counted where two closes in a row are known, elsewhere they are 0. */
class CrossAssetWriter implements GroupWriter {
  private readonly known = new RollingSum(BARS);
  private readonly ownBefore = new Delay(1);
  private readonly squares = new RollingSum(BARS);
  private readonly ownSquares = new RollingSum(BARS);
  private readonly products = new RollingSum(BARS);
  private readonly moves = new RollingSum(SHORT);
  private readonly ownMoves = new RollingSum(SHORT);
  private before: number | null = null;

  write({ context: { referenceClose }, move }: Bar, out: Float64Array, at: number): void {
    const isKnown = referenceClose !== null && this.before !== null;
    const reference = isKnown ? referenceClose / this.before! - 1 : 0;
    this.before = referenceClose;
    // The own move of the bar that the reference's belongs to.
    const past = this.ownBefore.update(move);
    const own = isKnown && !Number.isNaN(past) ? past : 0;
    const known = this.known.update(isKnown ? 1 : 0);
    const squares = this.squares.update(reference * reference);
    const ownSquares = this.ownSquares.update(own * own);
    const product = this.products.update(reference * own);
    const moves = this.moves.update(reference);
    const ownMoves = this.ownMoves.update(own);
    const perDeviation = squares === 0 ? 0 : Math.sqrt(BARS / squares);
    const scale = Math.sqrt(squares * ownSquares);
    out[at] = known / BARS;
    out[at + 1] = reference * perDeviation;
    out[at + 2] = moves * perDeviation;
    out[at + 3] = (moves - ownMoves) * perDeviation;
    out[at + 4] = scale === 0 ? 0 : Math.min(1, Math.max(-1, product / scale));
    out[at + 5] = squares === 0 ? 0 : product / squares;
    out[at + 6] = ownSquares === 0 ? 0 : Math.sqrt(squares / ownSquares);
  }
}

export const crossAssetGroup: FeatureGroup = {
  features: [
    { name: 'reference_known', formula: 'share of the last 48 bars with a known move of the reference' },
    {
      name: 'reference_move',
      formula: 'move of the reference in the bar before / its root mean square, 48 bars; 0 where not known',
    },
    { name: 'reference_move_12', formula: 'sum of its moves, 12 bars, in the same unit' },
    { name: 'reference_lead_12', formula: 'sum of its moves less the own ones of the same 12 bars, in the same unit' },
    { name: 'reference_correlation', formula: 'of moves about zero, 48 bars; 0 where either is flat' },
    {
      name: 'reference_beta',
      formula: 'sum of products of moves / of the reference squared, 48 bars; 0 where it is flat',
    },
    {
      name: 'reference_volatility',
      formula: 'root of squared moves of the reference / of the own, 48 bars; 0 where flat',
    },
  ],
  createWriter: () => new CrossAssetWriter(),
};
