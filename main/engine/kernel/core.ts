import { createHash } from 'node:crypto';
import type { Effect, EngineEvent, InputEvent, OutputEvent } from '../domain/events.ts';
import { isDecision, laneOf } from './durability.ts';
import { createIdSequence } from './ids.ts';
import type { LogRecord } from './log-format.ts';
import type { Stage, StageContext } from './stage.ts';

/** Where events go before anyone handles them. The event log in the product, memory in replays and simulations. */
export interface Journal {
  append(event: EngineEvent, timeMs: number): number;
  commit(): void;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: EngineEvent;
}

export interface CoreDeps {
  readonly journal: Journal;
  /** Fresh stages in pipeline order; called once. */
  readonly stages: readonly Stage[];
  /** Carries out an effect, after all that led to it is durable. Must not throw and must not dispatch synchronously. */
  readonly perform: (effect: Effect) => void;
  /** Told of every event, in order, once the whole lot is durable and its effects are on their way. */
  readonly onEvent: (logged: LoggedEvent) => void;
}

/** The synchronous heart: the only writer of state. */
export interface Core {
  /**
   * Logs one input, lets the stages apply and handle it and all that follows from it, makes the lot durable where it
   * must be, performs the effects, then tells who listens. Returns the input and everything that came of it, in order.
   */
  dispatch(input: InputEvent, timeMs: number): readonly EngineEvent[];
  /** Applies one recorded ledger event during recovery; nothing is handled, logged or performed. */
  restore(record: LogRecord): void;
  /** Hash over every decision so far in this session. */
  decisionHash(): string;
}

/** A runaway cascade is a bug. An honest one can be long: the first audit after a month away books every fill of that month. */
const CASCADE_EVENTS_MAX = 1_000_000;

export function createCore(deps: CoreDeps): Core {
  const ids = createIdSequence();
  const decisions = createHash('sha256');
  let dispatching = false;

  const startSession = (event: EngineEvent): void => {
    if (event.kind === 'EngineStarted') ids.start(event.sessionId);
  };

  return {
    dispatch(input, timeMs) {
      if (dispatching) throw new Error('invariant broken: an effect or listener dispatched into the running core');
      dispatching = true;
      try {
        const queue: EngineEvent[] = [input];
        const effects: Effect[] = [];
        const logged: LoggedEvent[] = [];
        const context: StageContext = {
          nowMs: timeMs,
          emit: (event: OutputEvent) => queue.push(event),
          perform: (effect) => effects.push(effect),
          newId: (prefix) => ids.next(prefix),
        };
        for (let next = 0; next < queue.length; next += 1) {
          if (next > CASCADE_EVENTS_MAX) throw new Error(`invariant broken: ${input.kind} led to no end of events`);
          const event = queue[next] as EngineEvent;
          const seq = deps.journal.append(event, timeMs);
          startSession(event);
          if (isDecision(event)) decisions.update(`${JSON.stringify(event)}\n`);
          for (const stage of deps.stages) stage.apply(event, timeMs);
          for (const stage of deps.stages) stage.handle(event, context);
          logged.push({ seq, timeMs, event });
        }
        deps.journal.commit();
        for (const effect of effects) deps.perform(effect);
        // Last: no screen or projection ever knows more than the disk, and none stands before an order.
        for (const entry of logged) deps.onEvent(entry);
        return queue;
      } finally {
        dispatching = false;
      }
    },
    restore(record) {
      if (laneOf(record.event) !== 'ledger') throw new Error('invariant broken: only ledger events are restored');
      startSession(record.event);
      for (const stage of deps.stages) stage.apply(record.event, record.timeMs);
    },
    decisionHash: () => decisions.copy().digest('hex'),
  };
}
