import { ORDER_STATES, ORDER_TRANSITIONS } from '../../../main/engine/domain/order.ts';
import { ALL_FAULTS, NATURAL_REFUSALS, OWN_DOINGS } from './faults.ts';
import { POSITION_MOVES } from './position-moves.ts';
import { REST_MOVES } from './rest-moves.ts';
import type { SeedSummary } from './simulate-seed.ts';

/** What many seeds came to together. */
export interface Coverage {
  seeds: number;
  steps: number;
  orders: number;
  fills: number;
  sessions: number;
  anomalies: number;
  /** Of any one seed, and which had the fewest orders. */
  readonly least: { steps: number; orders: number; faults: number; seed: number };
  readonly transitions: Map<string, number>;
  readonly faults: Map<string, number>;
}

export const createCoverage = (): Coverage => ({
  seeds: 0,
  steps: 0,
  orders: 0,
  fills: 0,
  sessions: 0,
  anomalies: 0,
  least: {
    steps: Number.POSITIVE_INFINITY,
    orders: Number.POSITIVE_INFINITY,
    faults: Number.POSITIVE_INFINITY,
    seed: 0,
  },
  transitions: new Map(),
  faults: new Map(),
});

export const faultsOf = ({ faults }: Pick<SeedSummary, 'faults'>): number =>
  [...faults.values()].reduce((sum, times) => sum + times, 0);

function addAll(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [key, count] of from) into.set(key, (into.get(key) ?? 0) + count);
}

export function count(coverage: Coverage, outcome: SeedSummary): void {
  coverage.seeds += 1;
  coverage.steps += outcome.steps;
  coverage.orders += outcome.orders;
  coverage.fills += outcome.fills;
  coverage.sessions += outcome.sessions;
  coverage.anomalies += outcome.anomalies;
  const { least } = coverage;
  least.steps = Math.min(least.steps, outcome.steps);
  if (outcome.orders < least.orders) Object.assign(least, { orders: outcome.orders, seed: outcome.seed });
  least.faults = Math.min(least.faults, faultsOf(outcome));
  addAll(coverage.transitions, outcome.transitions);
  addAll(coverage.faults, outcome.faults);
}

const ORDERS = ORDER_STATES.flatMap((from) => ORDER_TRANSITIONS[from].map((to) => `${from} → ${to}`));

/** Of spot's orders, of those on perpetuals, of the positions there, and of what rests for a strategy. */
const TRANSITIONS: readonly string[] = [
  ...ORDERS,
  ...ORDERS.map((transition) => `perpetual: ${transition}`),
  ...POSITION_MOVES.map((move) => `position: ${move}`),
  ...Object.values(REST_MOVES),
];

const NOT_SENT_YET = ['rejected', 'unknown', 'acknowledged', 'partially-filled', 'filled', 'expired'];

/**
 * Transitions that the table allows and this disk and these venues never bring about. An order that is persisted and not yet sent
 * is not at the venue, since `sent` is on the disk before a byte goes out; spot tells its refusals in the reply and never of an
 * order that it had shown; what a venue calls expired fills no more.
 */
const NEVER = [...NOT_SENT_YET.map((to) => `persisted → ${to}`), 'expired → partially-filled', 'expired → filled'];
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...NEVER,
  ...NEVER.map((transition) => `perpetual: ${transition}`),
  'acknowledged → rejected',
]);

export const missedTransitions = ({ transitions }: Coverage): string[] =>
  TRANSITIONS.filter((key) => !transitions.has(key) && !UNREACHABLE.has(key));

export const missedFaults = ({ faults }: Coverage): string[] =>
  [...ALL_FAULTS, ...NATURAL_REFUSALS, ...OWN_DOINGS].filter((fault) => !faults.has(fault));

const sorted = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([key, times]) => `${key} ${times}`)
    .join(', ');

export function describeCoverage(coverage: Coverage): string {
  const { seeds, steps, orders, fills, sessions, anomalies } = coverage;
  const missed = [...missedTransitions(coverage), ...missedFaults(coverage)];
  const { least } = coverage;
  return [
    `${seeds} seeds: ${steps} steps, ${orders} orders, ${fills} fills, ${faultsOf(coverage)} faults, ${sessions - seeds} crashes, ${anomalies} anomalies stated`,
    `each seed at least ${least.steps} steps, ${least.orders} orders (seed ${least.seed}), ${least.faults} faults`,
    `states: ${sorted(coverage.transitions)}`,
    `faults: ${sorted(coverage.faults)}`,
    missed.length === 0 ? 'every reachable transition and every fault was seen' : `not seen: ${missed.join(', ')}`,
  ].join('\n');
}
