import type { Random } from '../../engine/kernel/random.ts';
import type { Scaler } from '../../ml/nets/scaler.ts';
import type { RunSettings } from '../backtest/settings.ts';
import { type AgentPaths, seenBy } from './agent-paths.ts';
import { MarketPlace } from './market-place.ts';

/** Beside the features an agent sees its own side. */
export const stateWidth = ({ matrix }: AgentPaths): number => matrix.set.features.length + 1;

export interface CrowdStep {
  /** Logarithmic growth of equity over the bar, in units of the market's usual move. */
  readonly rewards: Float32Array;
  /** Where an episode ended: its state is that of the next one. */
  readonly ended: Uint8Array;
}

interface Seat {
  readonly path: number;
  readonly place: MarketPlace;
  readonly lastBar: number;
}

/** Many accounts at once, each somewhere on some path, so that one run of a graph decides for all. */
export class MarketCrowd {
  readonly width: number;
  readonly #paths: AgentPaths;
  readonly #settings: RunSettings;
  readonly #cells: Float32Array;
  readonly #episodeBars: number;
  readonly #random: Random;
  readonly #usualMove: number;
  readonly #seats: Seat[];

  constructor(paths: AgentPaths, scaler: Scaler, settings: RunSettings, plan: CrowdPlan, random: Random) {
    this.#paths = paths;
    this.#settings = settings;
    this.#cells = seenBy(paths, scaler);
    this.#episodeBars = plan.episodeBars;
    this.#random = random;
    this.#usualMove = usualMoveOf(paths);
    this.width = stateWidth(paths);
    this.#seats = Array.from({ length: plan.accounts }, () => this.#sit());
  }

  get size(): number {
    return this.#seats.length;
  }

  /** What each sees at the close of its bar, [accounts, width]. */
  states(): Float32Array {
    const states = new Float32Array(this.size * this.width);
    for (const [at, { path, place }] of this.#seats.entries()) {
      const row = this.#paths.matrix.firstRowOf[path]! + place.bar;
      const features = this.width - 1;
      states.set(this.#cells.subarray(row * features, (row + 1) * features), at * this.width);
      states[at * this.width + features] = place.side;
    }
    return states;
  }

  step(actions: ArrayLike<number>): CrowdStep {
    const rewards = new Float32Array(this.size);
    const ended = new Uint8Array(this.size);
    for (const [at, { place, lastBar }] of this.#seats.entries()) {
      rewards[at] = place.pass(actions[at]!) / this.#usualMove;
      if (!place.isOver && place.bar < lastBar) continue;
      ended[at] = 1;
      this.#seats[at] = this.#sit();
    }
    return { rewards, ended };
  }

  #sit(): Seat {
    const path = Math.floor(this.#random.next() * this.#paths.candles.length);
    const candles = this.#paths.candles[path]!;
    const { firstBar } = this.#paths;
    const room = Math.max(1, candles.close.length - 1 - firstBar - this.#episodeBars);
    const from = firstBar + Math.floor(this.#random.next() * room);
    return { path, place: new MarketPlace(candles, this.#settings, from), lastBar: from + this.#episodeBars };
  }
}

export interface CrowdPlan {
  readonly accounts: number;
  readonly episodeBars: number;
}

/** Standard deviation of the closes' logarithmic steps over all paths. */
function usualMoveOf({ candles }: AgentPaths): number {
  let [squares, count] = [0, 0];
  for (const { close } of candles) {
    for (let bar = 1; bar < close.length; bar++) squares += Math.log(close[bar]! / close[bar - 1]!) ** 2;
    count += close.length - 1;
  }
  return Math.sqrt(squares / count) || 1;
}
