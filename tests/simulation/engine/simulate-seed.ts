import { isTooSmall, settle } from './at-rest.ts';
import { hold, Violation } from './bookkeeper.ts';
import { checkBooks } from './checks.ts';
import { carryOut } from './deeds.ts';
import { checkDesk } from './desk.ts';
import { type Step, shapeOf, stepRandom, stepsOf, type WorldShape } from './operations.ts';
import { checkReplay } from './replay-session.ts';
import { SimDisk } from './sim-disk.ts';
import type { Listing, SimMarket } from './sim-market.ts';
import { World } from './world.ts';

export const STEPS_MIN = 500;
export const ORDERS_MIN = 10;
export const FAULTS_MIN = 5;
const STEPS_MAX = 6_000;
/** What is in doubt or without its stop is put right within this, counted from when nothing is wrong any more. */
const REPAIR_MS_MAX = 90_000;

/** A world and what happened in it: the seed gives the chance within each step, and nothing else. */
export interface History {
  readonly seed: number;
  readonly shape: WorldShape;
  readonly steps: readonly Step[];
}

export interface Outcome extends History {
  readonly orders: number;
  readonly fills: number;
  readonly sessions: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly transitions: ReadonlyMap<string, number>;
  readonly anomalies: number;
  readonly violation: Violation | null;
  readonly story: readonly string[];
}

/** What many seeds are counted by; crosses between threads. */
export interface SeedSummary extends Omit<Outcome, 'shape' | 'steps' | 'violation' | 'story'> {
  readonly steps: number;
  readonly violation: { readonly rule: string; readonly message: string } | null;
}

export function summaryOf({ steps, violation, shape: _, story: __, ...outcome }: Outcome): SeedSummary {
  const broken = violation && { rule: violation.rule, message: violation.message };
  return { ...outcome, steps: steps.length, violation: broken };
}

export interface RunOptions {
  /** The session is replayed from its log and must decide the same. */
  readonly replay?: boolean;
  /** Every word between engine and venue is kept. */
  readonly tell?: boolean;
}

/** Every tenth seed's sessions are also replayed from their log. */
export const isReplayed = (seed: number): boolean => seed % 10 === 0;

/** One seed from its first step to rest. */
export function simulateSeed(seed: number, options: RunOptions = {}): Promise<Outcome> {
  return run({ seed, shape: shapeOf(seed) }, stepsOf(seed), options);
}

/** A history that was recorded or shortened, again. */
export function simulateHistory(history: History, options: RunOptions = {}): Promise<Outcome> {
  return run(history, history.steps, options);
}

async function run(
  { seed, shape }: Omit<History, 'steps'>,
  steps: Iterable<Step>,
  options: RunOptions,
): Promise<Outcome> {
  const world = new World(seed, shape, undefined, undefined, new SimDisk(options.replay));
  const taken: Step[] = [];
  const watch = new Watch(world);
  world.telling = options.tell ?? false;
  if (options.replay) world.onIdleEnd = () => checkReplay(world);
  let violation: Violation | null = null;
  const isGenerated = !Array.isArray(steps);
  try {
    for (const step of steps) {
      taken.push(step);
      world.random = stepRandom(seed, step.id);
      if (world.telling) world.tell(`— step ${step.id}: ${JSON.stringify(step.deed)}, then ${step.waitMs} ms`);
      await carryOut(world, step.deed);
      await world.pass(step.waitMs);
      if (step.deed.do === 'settle') await settle(world);
      watch.look();
      if (isGenerated && isEnough(world, taken.length)) break;
    }
    world.random = stepRandom(seed, 1_000_000);
    await settle(world);
    checkDesk(world.engine, world.life.process.nowMs());
    world.onIdleEnd();
  } catch (error) {
    if (error instanceof Violation) violation = error;
    else
      violation = new Violation('simulation', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return {
    seed,
    shape,
    steps: taken,
    orders: world.sent.size,
    fills: world.sides.reduce((sum, { venue }) => sum + venue.fills.length, 0),
    sessions: world.sessions,
    faults: world.faults.struck,
    transitions: world.books.transitions,
    anomalies: world.books.anomalies,
    violation,
    story: world.story,
  };
}

function isEnough(world: World, steps: number): boolean {
  if (steps < STEPS_MIN) return false;
  if (steps >= STEPS_MAX) return true;
  const faults = [...world.faults.struck.values()].reduce((sum, count) => sum + count, 0);
  return world.sent.size >= ORDERS_MIN && faults >= FAULTS_MIN;
}

/** What must hold after every step, and what may not stay as it is for long. */
class Watch {
  readonly #world: World;
  readonly #sinceMs = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  look(): void {
    const { books, disk, engine, faults } = this.#world;
    books.readOn(disk.ledger, disk.synced);
    checkBooks(books, engine);
    const alarmed = books.differencesStated > 0 && !faults.struck.has('submit-hidden');
    hold(!alarmed, 'no-false-alarm', () => `ledger and venue are said to differ in ${[...books.differing].join(', ')}`);
    const troubles = this.#troubles();
    for (const known of [...this.#sinceMs.keys()]) if (!troubles.has(known)) this.#sinceMs.delete(known);
    const wellMs = this.#world.wellSinceMs();
    for (const trouble of troubles) {
      const sinceMs = this.#sinceMs.get(trouble) ?? this.#world.time.nowMs;
      this.#sinceMs.set(trouble, sinceMs);
      const lastedMs = this.#world.time.nowMs - Math.max(sinceMs, wellMs);
      hold(lastedMs <= REPAIR_MS_MAX, 'put-right-in-time', () => `${trouble} for ${lastedMs} ms`);
    }
  }

  #troubles(): Set<string> {
    const { books, engine, sides } = this.#world;
    const { execution } = engine.pipeline;
    const troubles = new Set<string>();
    for (const [id, { state }] of books.orders) {
      if (state === 'unknown' || state === 'sent') troubles.add(`${id} is ${state}`);
    }
    for (const { venue } of sides) {
      if (!execution.view.isReconciled(venue.name)) troubles.add(`${venue.name} is not reconciled`);
      for (const listing of venue.listings) this.#noteUnprotected(venue, listing, troubles);
    }
    return troubles;
  }

  #noteUnprotected(venue: SimMarket, listing: Listing, troubles: Set<string>): void {
    const { books, engine } = this.#world;
    const { id } = listing.record;
    const { state, text, clientOrderId } = engine.pipeline.execution.view.protection(id);
    if (state === 'placing') troubles.add(`${id}: a stop is being placed`);
    if (state === 'on-venue' && isTooSmall(text)) troubles.add(`${id}: the stop is too small`);
    if (state === 'missing' && !text.startsWith('Too little') && !text.includes('made room')) {
      troubles.add(`${id}: no stop`);
    }
    const promised = books.promised.get(id) ?? 0n;
    if (state === 'none' && promised > 0n && !isDust(promised, listing)) {
      troubles.add(`${id}: a promise nobody speaks of`);
    }
    const stop = state === 'on-venue' && clientOrderId !== null ? venue.known(clientOrderId) : null;
    const rests = stop?.status === 'new' || stop?.status === 'partially-filled';
    if (stop !== null && !rests) troubles.add(`${clientOrderId} is said to rest and does not`);
  }
}

function isDust(qty: bigint, { rules, lastTicks }: Listing): boolean {
  return (Number(qty / 10n ** 9n) / 1e9) * lastTicks * rules.tickSize < 6;
}
