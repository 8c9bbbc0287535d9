import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { isInput, laneOf } from '../../../main/engine/kernel/durability.ts';
import type { EventLog, OpenedLog } from '../../../main/engine/kernel/event-log.ts';
import type { LogRecord } from '../../../main/engine/kernel/log-format.ts';

/** The process ends here: thrown out of the engine in place of what it was about to do. */
export class CrashSignal extends Error {
  override readonly name = 'CrashSignal';
}

/**
 * Where in the life of one input a crash strikes: while its events are appended, before they are written, in the middle
 * of the write, written and not yet on the disk, or on the disk and not yet acted upon.
 */
export const CRASH_POINTS = ['append', 'before-write', 'half-write', 'after-write', 'after-sync'] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** One input as the engine took it, for replaying. */
export interface TakenInput {
  readonly event: EngineEvent;
  readonly timeMs: number;
}

interface Kept {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: EngineEvent;
  /** As another process reads it: seals do not survive the disk. */
  read: LogRecord | null;
}

/**
 * The event log in memory, with the promises of the real one: what is not written dies with the process, what is written
 * survives it, what is synced survives the power. The market lane is counted only: it is not read after a restart.
 */
export class SimDisk {
  readonly ledger: Kept[] = [];
  #pending: Kept[] = [];
  #written = 0;
  #synced = 0;
  #seq = 0;
  #armed: { point: CrashPoint; left: number; share: number } | null = null;
  #cutBefore: EngineEvent['kind'] | null = null;
  /** Inputs of the present session; kept only where somebody is going to replay them. */
  inputs: TakenInput[] | null;

  constructor(keepsInputs = false) {
    this.inputs = keepsInputs ? [] : null;
  }

  /** Ledger records that no crash can take back. */
  get synced(): number {
    return this.#synced;
  }

  get isArmed(): boolean {
    return this.#armed !== null;
  }

  /** The process dies in the middle of the write that holds such an event: it and what follows it never reach the disk. */
  cutBefore(kind: EngineEvent['kind']): void {
    this.#cutBefore = kind;
  }

  /** The process dies at the `count`th such point from now on. */
  arm(point: CrashPoint, count: number, share: number): void {
    this.#armed = { point, left: count, share };
  }

  disarm(): void {
    this.#armed = null;
  }

  /** What the new process finds. */
  open(): OpenedLog {
    const ledger = this.readFrom(0);
    const disk = this;
    const log: EventLog = {
      get lastSeq() {
        return disk.#seq;
      },
      append: (event, timeMs) => this.#append(event, timeMs),
      commit: () => this.#commit(),
      sync: () => {},
      close: () => {},
    };
    return { log, ledger, repairs: [] };
  }

  /** The ledger as another process reads it, from the record at this place on. */
  readFrom(first: number): LogRecord[] {
    return this.ledger.slice(first).map((kept) => {
      kept.read ??= { seq: kept.seq, timeMs: kept.timeMs, event: asRead(kept.event) };
      return kept.read;
    });
  }

  /** The process is gone; with `power`, so is what had not reached the platter, from a random point of the write on. */
  crash(power: boolean, share: number): void {
    this.#pending = [];
    this.#armed = null;
    if (power) this.#written = this.#synced + Math.floor((this.#written - this.#synced) * share);
    this.ledger.length = this.#written;
    this.#synced = this.#written;
    this.#seq = this.ledger.at(-1)?.seq ?? 0;
  }

  #append(event: EngineEvent, timeMs: number): number {
    this.#strike('append');
    this.#seq += 1;
    if (laneOf(event) === 'ledger') this.#pending.push({ seq: this.#seq, timeMs, event, read: null });
    if (this.inputs && isInput(event)) this.inputs.push({ event, timeMs });
    return this.#seq;
  }

  #commit(): void {
    if (this.#pending.length === 0) return;
    this.#strike('before-write');
    const cut = this.#pending.findIndex(({ event }) => event.kind === this.#cutBefore);
    if (cut !== -1) {
      this.#cutBefore = null;
      this.#write(this.#pending.slice(0, cut));
      throw new CrashSignal('half-write');
    }
    const half = this.#isStruck('half-write');
    if (half !== null) {
      this.#write(this.#pending.slice(0, Math.floor(half * this.#pending.length)));
      throw new CrashSignal('half-write');
    }
    this.#write(this.#pending);
    this.#pending = [];
    this.#strike('after-write');
    this.#synced = this.#written;
    this.#strike('after-sync');
  }

  #write(records: readonly Kept[]): void {
    this.ledger.push(...records);
    this.#written = this.ledger.length;
  }

  #strike(point: CrashPoint): void {
    if (this.#isStruck(point) !== null) throw new CrashSignal(point);
  }

  #isStruck(point: CrashPoint): number | null {
    const armed = this.#armed;
    if (armed?.point !== point) return null;
    armed.left -= 1;
    if (armed.left > 0) return null;
    this.#armed = null;
    return armed.share;
  }
}

/**
 * Plain data as it comes back out of JSON, without the text in between. @throws Error for what JSON would lose or change
 */
function asRead<T>(value: T): T {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      break;
    case 'object': {
      if (value === null) return value;
      if (Array.isArray(value)) return value.map(asRead) as T;
      if (Object.getPrototypeOf(value) !== Object.prototype) break;
      const copy: Record<string, unknown> = {};
      for (const key in value) if (value[key] !== undefined) copy[key] = asRead(value[key]);
      return copy as T;
    }
    default:
  }
  throw new Error(`an event holds ${String(value)}, which no log can carry`);
}
