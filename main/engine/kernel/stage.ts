import type { Effect, EngineEvent, OutputEvent } from '../domain/events.ts';

/** What a stage may use while it handles one event. Time, ids and randomness come from here and nowhere else. */
export interface StageContext {
  /** The logged time of the input being handled. */
  readonly nowMs: number;
  /** Appends an event; it is applied and handled after the present one, in order of emission. */
  emit(event: OutputEvent): void;
  /** Asks the outside for something once everything emitted so far is durable. Ignored during recovery and replay. */
  perform(effect: Effect): void;
  /** Unique for ever on this log, same on replay: `<prefix>-<session>-<n>`, `[A-Za-z0-9_-]`, at most 36 characters. */
  newId(prefix: string): string;
}

/**
 * One stage of the one direction. For every event, input or output: first all stages `apply` it, then all stages
 * `handle` it, both in pipeline order.
 *
 * `apply` is the only place where state changes, and it depends on nothing but state and event: after a restart, the
 * durable events of the log are applied again and the state is back. `handle` reads state and emits; it is not called
 * during recovery.
 */
export interface Stage {
  readonly name: string;
  apply(event: EngineEvent, timeMs: number): void;
  handle(event: EngineEvent, context: StageContext): void;
}
