import type { Candle } from '../../domain/candle.ts';
import { RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';
import { OpenGaps } from './price-gaps.ts';
import { Swings } from './swings.ts';

/** Zones further away than this many ATR, and zones that are not there, are all as far. */
const FAR = 10;
/** How long a break is remembered, and how far back the candle may lie that it started from. */
const BREAK_BARS = 144;
const ORIGIN_BARS = 12;
const SWEEP_BARS = 12;

interface Block {
  readonly low: number;
  readonly high: number;
  readonly bar: number;
}

/** What traders call smart-money zones, each from closed bars alone: a swing counts from the bar that confirms it. */
class ZonesWriter implements GroupWriter {
  private readonly swings = new Swings();
  private readonly gaps = new OpenGaps();
  private readonly sweeps = new RollingSum(SWEEP_BARS);
  private bar = -1;
  private breakSide = 0;
  private breakBar = Number.NEGATIVE_INFINITY;
  private lastFall: Block | null = null;
  private lastRise: Block | null = null;
  private demand: Block | null = null;
  private supply: Block | null = null;

  write({ candle, perAtr }: Bar, out: Float64Array, at: number): void {
    this.bar++;
    const { close } = candle;
    const swept = this.sweptSide(candle);
    this.noteBreak(candle);
    this.swings.update(candle, this.bar);
    this.gaps.update(candle, this.bar);
    this.noteOrigins(candle);
    const { high, low } = this.swings;
    const away = (distance: number): number => Math.min(FAR, Math.max(-FAR, distance * perAtr));
    out[at] = high === null ? 0 : away(high.price - close);
    out[at + 1] = low === null ? 0 : away(close - low.price);
    out[at + 2] = this.swings.structure;
    const age = this.bar - this.breakBar;
    out[at + 3] = age < BREAK_BARS ? this.breakSide * (1 - age / BREAK_BARS) : 0;
    out[at + 4] = this.sweeps.update(swept);
    const above = this.gaps.above(close);
    const below = this.gaps.below(close);
    out[at + 5] = below === null ? FAR : away(close - below);
    out[at + 6] = above === null ? FAR : away(above - close);
    out[at + 7] = this.demand === null ? FAR : away(close - this.demand.high);
    out[at + 8] = this.supply === null ? FAR : away(this.supply.low - close);
  }

  /** 1 where the bar went below the last swing low and closed above it again, -1 for a high, 0 for neither or both. */
  private sweptSide({ high, low, close }: Candle): number {
    const top = this.swings.high;
    const bottom = this.swings.low;
    const up = bottom !== null && low < bottom.price && close > bottom.price ? 1 : 0;
    const down = top !== null && high > top.price && close < top.price ? 1 : 0;
    return up - down;
  }

  /** The first close beyond a swing; the candle against it that came last before becomes the zone it started from. */
  private noteBreak({ close }: Candle): void {
    const isRecent = (block: Block | null): boolean => block !== null && this.bar - block.bar <= ORIGIN_BARS;
    if (this.swings.breaksHigh(close)) {
      this.breakSide = 1;
      this.breakBar = this.bar;
      if (isRecent(this.lastFall)) this.demand = this.lastFall;
    }
    if (this.swings.breaksLow(close)) {
      this.breakSide = -1;
      this.breakBar = this.bar;
      if (isRecent(this.lastRise)) this.supply = this.lastRise;
    }
    const isOver = (block: Block | null): boolean => block !== null && this.bar - block.bar >= BREAK_BARS;
    if (isOver(this.demand) || (this.demand !== null && close < this.demand.low)) this.demand = null;
    if (isOver(this.supply) || (this.supply !== null && close > this.supply.high)) this.supply = null;
  }

  private noteOrigins({ open, high, low, close }: Candle): void {
    const block: Block = { low, high, bar: this.bar };
    if (close < open) this.lastFall = block;
    if (close > open) this.lastRise = block;
  }
}

export const zonesGroup: FeatureGroup = {
  features: [
    { name: 'swing_high_gap', formula: '(last swing high - close) / ATR14, within 10; 0 without one in 144 bars' },
    { name: 'swing_low_gap', formula: '(close - last swing low) / ATR14, within 10; 0 without one in 144 bars' },
    {
      name: 'structure',
      formula: 'sign of (last swing high - the one before) + the same of lows, / 2; 0 where one is missing',
    },
    { name: 'structure_break', formula: 'side of the last first close beyond a swing x (1 - its age / 144); 0 after' },
    { name: 'sweeps_12', formula: 'swing lows undercut and regained less swing highs topped and lost, 12 bars' },
    { name: 'gap_below', formula: '(close - nearest open gap below) / ATR14, 10 at most, 10 without one in 144 bars' },
    { name: 'gap_above', formula: '(nearest open gap above - close) / ATR14, 10 at most, 10 without one in 144 bars' },
    {
      name: 'demand_zone',
      formula:
        '(close - high of the last falling candle, within 12 bars, before a break up) / ATR14, within 10; 10 without one',
    },
    {
      name: 'supply_zone',
      formula:
        '(low of the last rising candle, within 12 bars, before a break down - close) / ATR14, within 10; 10 without one',
    },
  ],
  createWriter: () => new ZonesWriter(),
};
