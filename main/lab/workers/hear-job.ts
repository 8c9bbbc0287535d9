/** What a strategy of the user's own is told while it trades, and what it wants then. */
import type { StrategySpoke } from '../../engine/domain/events.ts';
import type { StrategyCandle, StrategyDefinition, StrategyFill } from '../strategy/strategy.ts';
import { type HeldNow, type MarketHeard, StrategyRunner, type WantedNow } from '../strategy/strategy-runner.ts';

export type Told =
  | { readonly kind: 'candle'; readonly candle: StrategyCandle }
  /** All that is known of all its instruments, oldest first. */
  | { readonly kind: 'anew'; readonly candles: readonly StrategyCandle[] }
  /** `rested`: it was of an order that rested for the strategy. */
  | { readonly kind: 'fill'; readonly fill: StrategyFill; readonly rested: boolean }
  | { readonly kind: 'market'; readonly instrument: number; readonly market: MarketHeard }
  /** A model's word about the instrument's last candle. */
  | { readonly kind: 'prediction'; readonly instrument: number; readonly probability: number };

export interface HearJob {
  readonly kind: 'hear';
  /** Which one of it: each instrument, or each group that it looks at together, has one of its own. */
  readonly group: number;
  readonly params: Readonly<Record<string, number>>;
  readonly spanMs: number;
  /** What is held now, by instrument of the group. */
  readonly held: readonly HeldNow[];
  readonly told: readonly Told[];
}

export interface Heard {
  readonly kind: 'hear';
  readonly isWarm: boolean;
  /** Whether trades and quotes mean anything to it. */
  readonly hearsMarket: boolean;
  /** Of every instrument with a candle, and of those in which something changed. */
  readonly wishes: readonly (Omit<StrategySpoke['wishes'][number], 'instrumentId'> & { readonly instrument: number })[];
}

interface Group {
  held: readonly HeldNow[];
  readonly runner: StrategyRunner;
}

/** Hears for one strategy, whatever groups there are of it. @throws what the strategy throws */
export function createHearing(strategy: StrategyDefinition): (job: HearJob) => Heard {
  const groups = new Map<number, Group>();

  function groupOf({ group: at, params, spanMs, held }: HearJob): Group {
    const known = groups.get(at);
    if (known) {
      known.held = held;
      return known;
    }
    const views = held.map((_, instrument): HeldNow => {
      const now = (): HeldNow => group.held[instrument] as HeldNow;
      return {
        get canShort() {
          return now().canShort;
        },
        get lot() {
          return now().lot;
        },
        get position() {
          return now().position;
        },
        get entryPrice() {
          return now().entryPrice;
        },
        get equity() {
          return now().equity;
        },
      };
    });
    const group: Group = { held, runner: new StrategyRunner(strategy, params, spanMs, views) };
    groups.set(at, group);
    return group;
  }

  return (job) => {
    const { runner } = groupOf(job);
    const before = runner.desks.map(saidOf);
    const shown = new Set<number>();
    for (const told of job.told) tell(runner, told, shown);
    const changed = [...before.keys()].filter((at) => !shown.has(at) && saidOf(runner.desks[at]!) !== before[at]);
    const wishes = [...shown, ...changed].map((instrument) => {
      const { wish = null, rests = {} } = runner.desks[instrument] ?? {};
      return { instrument, wish, ...(Object.keys(rests).length > 0 && { rests }) };
    });
    return { kind: 'hear', isWarm: runner.isWarm, hearsMarket: runner.hearsMarket, wishes };
  };
}

const saidOf = ({ wish, rests }: WantedNow): string => JSON.stringify([wish, rests]);

function tell(runner: StrategyRunner, told: Told, shown: Set<number>): void {
  switch (told.kind) {
    case 'candle':
      runner.step(told.candle.instrument, told.candle);
      shown.add(told.candle.instrument);
      return;
    case 'anew':
      runner.startAnew(told.candles);
      for (const { instrument } of told.candles) shown.add(instrument);
      return;
    case 'fill':
      runner.fill(told.fill, told.rested);
      return;
    case 'market':
      runner.hearMarket(told.instrument, told.market);
      return;
    case 'prediction':
      runner.hear(told.instrument, told.probability);
  }
}
