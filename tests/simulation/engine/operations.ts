import type { DeadManMode } from '../../../main/engine/domain/events.ts';
import { createRandom, type Random } from '../../../main/engine/kernel/random.ts';
import {
  CRASH_FAULTS,
  type CrashFault,
  PERPETUAL_FAULTS,
  REQUEST_FAULTS,
  type RequestFault,
  STREAM_FAULTS,
  type StreamFault,
  WORLD_FAULTS,
  type WorldFault,
} from './faults.ts';

/** What a person, the market or misfortune does at one moment. `pick` chooses among what there is then. */
export type Deed =
  | { readonly do: 'wait' }
  | { readonly do: 'predict'; readonly pick: number; readonly up: number }
  | { readonly do: 'approve'; readonly pick: number; readonly half: boolean; readonly twice: boolean }
  | { readonly do: 'decline'; readonly pick: number }
  | { readonly do: 'change'; readonly pick: number; readonly what: number }
  | {
      readonly do: 'buy';
      readonly pick: number;
      readonly type: 'limit' | 'market' | 'post-only';
      readonly quote: number;
      /** Limit price from the bid, in bps. */
      readonly bps: number;
      readonly stopBps: number | null;
      readonly targetBps: number | null;
      readonly twice: boolean;
    }
  | {
      readonly do: 'sell';
      readonly pick: number;
      readonly type: 'limit' | 'market' | 'post-only';
      readonly share: number;
      readonly bps: number;
    }
  | {
      /** An entry on a perpetual. */
      readonly do: 'open';
      readonly pick: number;
      readonly side: 'buy' | 'sell';
      readonly type: 'limit' | 'market' | 'post-only';
      readonly quote: number;
      /** Limit price from the last one in bps, worse for us above zero; stop and target from there. */
      readonly bps: number;
      readonly stopBps: number | null;
      readonly targetBps: number | null;
      readonly twice: boolean;
    }
  | {
      /** A person's order that may only reduce a perpetual. */
      readonly do: 'close';
      readonly pick: number;
      readonly type: 'limit' | 'market' | 'post-only';
      readonly share: number;
      readonly bps: number;
    }
  | {
      /** What a strategy wants to rest in an instrument from now on, from its last price in bps; null for nothing on that side. */
      readonly do: 'rest';
      readonly pick: number;
      readonly buyBps: number | null;
      readonly sellBps: number | null;
      readonly quote: number;
      readonly twice: boolean;
    }
  | { readonly do: 'switch-off' }
  | { readonly do: 'dead-man'; readonly mode: DeadManMode }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'cancel-all' }
  | { readonly do: 'flatten'; readonly pick: number | null }
  | { readonly do: 'kill'; readonly on: boolean }
  | { readonly do: 'arm'; readonly on: boolean }
  | { readonly do: 'limits'; readonly notional: number; readonly perMinute: number }
  | { readonly do: 'mandate'; readonly on: boolean }
  | { readonly do: 'move'; readonly pick: number; readonly bps: number }
  | { readonly do: 'settle' }
  | { readonly do: 'request-fault'; readonly fault: RequestFault }
  | { readonly do: 'stream-fault'; readonly fault: StreamFault }
  | {
      readonly do: 'world';
      readonly fault: WorldFault;
      readonly pick: number;
      readonly ms: number;
      readonly size: number;
    }
  | {
      readonly do: 'crash';
      readonly fault: CrashFault;
      readonly count: number;
      readonly share: number;
      readonly downMs: number;
    };

export type DeedOf<K extends Deed['do']> = Extract<Deed, { do: K }>;

/** One step of a history: the deed, and how much time passes after it. `id` seeds whatever chance there is in it. */
export interface Step {
  readonly id: number;
  readonly waitMs: number;
  readonly deed: Deed;
}

/** How one seed's world is made; nothing of it changes in the course of a history. */
export interface WorldShape {
  readonly levelQuote: number;
  readonly spreadBps: number;
  readonly moveBps: number;
  readonly feesInCoin: boolean;
  readonly heldBefore: boolean;
  readonly approvalTtlMs: number;
  /** On average, between two beats of the market: then every instrument prints. Never so long that quotes go stale by themselves. */
  readonly printEveryMs: number;
  /** How much of the trading is in perpetuals; at 0 there are none. */
  readonly perpetualShare: number;
  /** What stands behind them, in USDT. */
  readonly wallet: string;
}

type Maker = (random: Random) => Deed;
type Weighed = readonly [weight: number, make: Maker, market?: 'spot' | 'perpetuals'];

const whole = (random: Random, below: number): number => Math.floor(random.next() * below);
const oneOf = <T>(random: Random, all: readonly T[]): T => all[whole(random, all.length)] as T;
const chance = (random: Random, share: number): boolean => random.next() < share;
const pick = (random: Random): number => whole(random, 60);

/** What one does in either market, in spot, and in perpetuals. */
const MAKERS: readonly Weighed[] = [
  [14, () => ({ do: 'wait' })],
  [7, (r) => ({ do: 'predict', pick: pick(r), up: chance(r, 0.75) ? 0.9 : 0.1 }), 'spot'],
  [12, (r) => ({ do: 'approve', pick: pick(r), half: chance(r, 0.3), twice: chance(r, 0.2) })],
  [1, (r) => ({ do: 'decline', pick: pick(r) })],
  [2, (r) => ({ do: 'change', pick: pick(r), what: whole(r, 4) })],
  [
    10,
    (r) => ({
      do: 'buy',
      pick: pick(r),
      type: oneOf(r, ['limit', 'limit', 'market', 'post-only']),
      quote: 20 + 1_500 * r.next() ** 2,
      bps: oneOf(r, [-30, -8, -2, 3, 8, 14]),
      stopBps: chance(r, 0.8) ? 20 + whole(r, 200) : null,
      targetBps: chance(r, 0.4) ? 20 + whole(r, 200) : null,
      twice: chance(r, 0.1),
    }),
    'spot',
  ],
  [
    16,
    (r) => ({
      do: 'open',
      pick: pick(r),
      side: oneOf(r, ['buy', 'sell']),
      type: oneOf(r, ['limit', 'limit', 'market', 'post-only']),
      quote: 20 + 4_000 * r.next() ** 2,
      bps: oneOf(r, [-30, -8, -2, 3, 8, 14]),
      stopBps: chance(r, 0.7) ? 20 + whole(r, 200) : null,
      targetBps: chance(r, 0.4) ? 20 + whole(r, 200) : null,
      twice: chance(r, 0.1),
    }),
    'perpetuals',
  ],
  [
    6,
    (r) => ({
      do: 'close',
      pick: pick(r),
      type: oneOf(r, ['limit', 'limit', 'market', 'post-only']),
      share: oneOf(r, [0.3, 0.5, 1, 1, 1.4]),
      bps: oneOf(r, [-30, -10, -2, 2, 8]),
    }),
    'perpetuals',
  ],
  [
    8,
    (r) => ({
      do: 'rest',
      pick: pick(r),
      buyBps: chance(r, 0.6) ? oneOf(r, [-30, -8, -2, 3]) : null,
      sellBps: chance(r, 0.6) ? oneOf(r, [-3, 2, 8, 30]) : null,
      quote: 20 + 1_500 * r.next() ** 2,
      twice: chance(r, 0.2),
    }),
  ],
  [0.3, () => ({ do: 'switch-off' })],
  [1.2, (r) => ({ do: 'dead-man', mode: oneOf(r, ['off', 'entries', 'entries', 'all', 'all']) }), 'perpetuals'],
  [
    5,
    (r) => ({
      do: 'sell',
      pick: pick(r),
      type: oneOf(r, ['limit', 'limit', 'market', 'post-only']),
      share: oneOf(r, [0.3, 0.5, 1, 1]),
      bps: oneOf(r, [-8, -2, 2, 10, 30]),
    }),
    'spot',
  ],
  [4, (r) => ({ do: 'cancel', pick: pick(r) })],
  [0.7, () => ({ do: 'cancel-all' })],
  [1.2, (r) => ({ do: 'flatten', pick: chance(r, 0.6) ? pick(r) : null })],
  [1.2, (r) => ({ do: 'kill', on: chance(r, 0.35) })],
  [2, (r) => ({ do: 'arm', on: chance(r, 0.85) })],
  [0.6, (r) => ({ do: 'limits', notional: 200 + whole(r, 6_000), perMinute: 2 + whole(r, 30) })],
  [0.6, (r) => ({ do: 'mandate', on: chance(r, 0.7) })],
  [6, (r) => ({ do: 'move', pick: pick(r), bps: 60 * (r.next() - 0.5) })],
  [0.5, () => ({ do: 'settle' })],
  [6, (r) => ({ do: 'request-fault', fault: oneOf(r, Object.values(REQUEST_FAULTS).flat()) })],
  [6, (r) => ({ do: 'stream-fault', fault: oneOf(r, STREAM_FAULTS) })],
  [
    2.5,
    (r) => ({
      do: 'world',
      fault: oneOf(r, WORLD_FAULTS),
      pick: pick(r),
      ms: 500 + whole(r, chance(r, 0.2) ? 60_000 : 8_000),
      size: r.next(),
    }),
  ],
  [
    0.8,
    (r) => ({
      do: 'world',
      fault: oneOf(r, [...PERPETUAL_FAULTS, 'funding', 'funding']),
      pick: pick(r),
      ms: 0,
      size: r.next(),
    }),
    'perpetuals',
  ],
  [
    1.5,
    (r) => ({
      do: 'crash',
      fault: oneOf(r, CRASH_FAULTS),
      count: 1 + whole(r, chance(r, 0.5) ? 4 : 40),
      share: r.next(),
      downMs: chance(r, 0.3) ? whole(r, 120_000) : whole(r, 4_000),
    }),
  ],
];

/** Steps of one seed without end. Every seed leans towards other deeds, so that rare things also come in crowds. */
export function* stepsOf(seed: number): Generator<Step> {
  const random = createRandom(seed);
  const { perpetualShare } = shapeOf(seed);
  const shares = { spot: 1 - perpetualShare, perpetuals: perpetualShare };
  const weighed = MAKERS.map(([weight, make, market]) => {
    const share = market === undefined ? 1 : shares[market];
    return [weight * share * oneOf(random, [0.2, 0.6, 1, 1, 1.5, 3]), make] as const;
  });
  const total = weighed.reduce((sum, [weight]) => sum + weight, 0);
  const paceMs = oneOf(random, [30, 80, 200, 450]);
  // Without the arm switch a person's tickets are all denied.
  yield { id: 0, waitMs: 2_000, deed: { do: 'arm', on: true } };
  for (let id = 1; ; id += 1) {
    const deed = makerAt(weighed, random.next() * total)(random);
    const longer = random.next();
    const waitMs = longer < 0.005 ? 5_000 + whole(random, 40_000) : Math.floor(-Math.log(1 - random.next()) * paceMs);
    yield { id, waitMs, deed };
  }
}

function makerAt(weighed: readonly (readonly [weight: number, make: Maker])[], at: number): Maker {
  let from = 0;
  for (const [weight, make] of weighed) {
    from += weight;
    if (at < from) return make;
  }
  return () => ({ do: 'wait' });
}

export function shapeOf(seed: number): WorldShape {
  const random = createRandom(seed ^ 0x5eed);
  return {
    levelQuote: oneOf(random, [60, 400, 5_000]),
    spreadBps: oneOf(random, [0.2, 1, 3]),
    moveBps: oneOf(random, [1, 3, 8]),
    feesInCoin: chance(random, 0.4),
    heldBefore: chance(random, 0.3),
    approvalTtlMs: oneOf(random, [5_000, 20_000, 60_000]),
    printEveryMs: oneOf(random, [1_000, 1_600, 2_400]),
    perpetualShare: oneOf(random, [0, 0.5, 0.9]),
    wallet: oneOf(random, ['400', '2000', '20000']),
  };
}

/** The chance within one step: the same whatever steps stand before it, so that a history can be shortened. */
export const stepRandom = (seed: number, id: number): Random =>
  createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ (id + 1));
