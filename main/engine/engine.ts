import type { ModelCard } from '../ml/card.ts';
import type { DeadManMode, Effect, EngineEvent, InputEvent, StrategyRecord } from './domain/events.ts';
import { accountsOf, SPOT_VENUE } from './domain/instrument.ts';
import type { RiskLimits } from './domain/proposal.ts';
import type { InferenceClient, InferenceNotice } from './inference/inference-client.ts';
import type { Cancel, Clock, Timers } from './kernel/clock.ts';
import { createCore, type LoggedEvent } from './kernel/core.ts';
import type { OpenedLog } from './kernel/event-log.ts';
import type { ModelLibrary } from './model-cards.ts';
import { type AgentsOf, createPipeline, type Pipeline } from './pipeline.ts';
import { createDeadManSwitch, type GuardStatus } from './venues/dead-man-switch.ts';
import { isNotice, type VenueEvent, type VenueNotice, type VenuePort } from './venues/venue-port.ts';

export interface EngineIdentity {
  readonly sessionId: string;
  readonly build: string;
  readonly seed: number;
  readonly mode: 'practice' | 'paper' | 'live';
  readonly venue: string;
  readonly source: { readonly kind: 'generated' | 'recorded' | 'live'; readonly description: string };
}

export interface EngineDeps {
  readonly identity: EngineIdentity;
  readonly limits: RiskLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly opened: OpenedLog;
  readonly cards: readonly ModelCard[];
  /** Strategies that propose; none by default. */
  readonly agentsOf?: AgentsOf;
  /** Versions that may come into the line-up while it runs. */
  readonly library?: ModelLibrary;
  /** Those of them that a replay has to know of. */
  readonly strategies?: readonly StrategyRecord[];
  readonly venue: VenuePort;
  /** Those that the port reaches, spot first; spot alone by default. */
  readonly venues?: readonly string[];
  /** The venue's dead-man switch runs out after so long without a word; two minutes by default. */
  readonly deadManCountdownMs?: number;
  /** Makes the client of the ml-host; it reports back through the two callbacks. */
  readonly inference: (
    onEvent: (event: InputEvent) => void,
    onNotice: (notice: InferenceNotice) => void,
  ) => InferenceClient;
  /** A broken invariant, or LogWriteError: nothing is handled any more. The process should end; a restart recovers from the log. */
  readonly onFatal: (error: unknown) => void;
}

export interface Engine {
  readonly identity: EngineIdentity;
  readonly pipeline: Pipeline;
  readonly inference: InferenceClient;
  readonly startedAtMs: number;
  /** Opens the session and connects venue and models; called once, when everybody who listens does. */
  start(): void;
  /** A person's input, handled before this returns: everything that came of it. */
  request(event: InputEvent): readonly EngineEvent[];
  /** What the venue's dead-man switch is wanted for, and how it stands. */
  deadMan(): { mode: DeadManMode; guards: GuardStatus[] };
  tellVenue: VenuePort['send'];
  lastSeq(): number;
  decisionHash(): string;
  onEvent(listener: (logged: LoggedEvent) => void): Cancel;
  onNotice(listener: (notice: VenueNotice | InferenceNotice) => void): Cancel;
  stop(): Promise<void>;
}

const DEAD_MAN_MS = 120_000;
const TICK_MS = 250;
const SYNC_MS = 1_000;
/** Fills are asked for from this long before the last audit was merged: it had been asked some time before, and clocks differ. */
const AUDIT_OVERLAP_MS = 120_000;

/** The composition root: recovers the state from the log, then connects the venue and the models to the core. */
export function createEngine(deps: EngineDeps): Engine {
  const { clock, timers, venue, venues = [SPOT_VENUE], identity, limits, onFatal } = deps;
  const { deadManCountdownMs = DEAD_MAN_MS, strategies } = deps;
  // Taken out here, and no closure below knows `deps`: the ledger's records, years of them, can go when they have been read.
  const { log, ledger } = deps.opened;
  const pipeline = createPipeline(deps.cards, deps.agentsOf, deps.library);
  const eventListeners = new Set<(logged: LoggedEvent) => void>();
  const noticeListeners = new Set<(notice: VenueNotice | InferenceNotice) => void>();
  /** Inputs that arrived while one was being handled: effects may answer at once. */
  const inbox: InputEvent[] = [];
  let handling = false;
  let halted = false;
  const auditFromMs = auditFrom(ledger);

  const core = createCore({
    journal: log,
    stages: pipeline.stages,
    perform: (effect) => perform(effect),
    onEvent: (logged) => {
      for (const listener of eventListeners) listener(logged);
    },
  });
  for (const record of ledger) core.restore(record);

  function halt(error: unknown): void {
    halted = true;
    onFatal(error);
  }

  function dispatch(input: InputEvent): readonly EngineEvent[] {
    if (halted) return [];
    handling = true;
    try {
      return core.dispatch(input, clock.nowMs());
    } catch (error) {
      halt(error);
      return [];
    } finally {
      handling = false;
    }
  }

  function syncLog(): void {
    if (halted) return;
    try {
      log.sync();
    } catch (error) {
      halt(error);
    }
  }

  function take(input: InputEvent): void {
    inbox.push(input);
    drain();
  }

  function drain(): void {
    while (!handling && inbox.length > 0) dispatch(inbox.shift() as InputEvent);
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'SubmitOrder':
        return venue.send({ kind: 'submit', order: effect.order });
      case 'CancelOrder': {
        const { clientOrderId, venueOrderId, instrumentId, type } = effect;
        return venue.send({ kind: 'cancel', clientOrderId, venueOrderId, instrumentId, type });
      }
      case 'QueryOrder': {
        const { clientOrderId, venueOrderId, instrumentId, type, sentAtMs } = effect;
        return venue.send({ kind: 'query', clientOrderId, venueOrderId, instrumentId, type, sentAtMs });
      }
      case 'RequestAudit':
        for (const name of effect.venue === undefined ? venues : [effect.venue]) {
          const fillsSinceMs = auditFromMs.get(name) ?? null;
          venue.send({ kind: 'audit', venue: name, why: effect.why, believedOpen: believedOpen(name), fillsSinceMs });
          auditFromMs.delete(name);
        }
        return;
      case 'RequestPrediction':
        return inference.predict(effect);
    }
  }

  const believedOpen = (name: string) =>
    pipeline.execution.view.unsettled().filter(({ instrumentId }) => accountsOf(instrumentId).venue === name);

  const tell = (notice: VenueNotice | InferenceNotice): void => {
    for (const listener of noticeListeners) listener(notice);
  };
  const inference = deps.inference(take, tell);

  // On this very thread: where it stands still, or the process is gone, nothing is refreshed and the venue cancels.
  const deadMan = createDeadManSwitch({
    countdownMs: deadManCountdownMs,
    nowMs: () => clock.nowMs(),
    every: (ms, action) => timers.every(ms, action),
    send: (command) => venue.send(command),
    onMayHaveFired: (instrumentId) => take({ kind: 'DeadManFired', instrumentId }),
  });

  let stopTimers: Cancel = () => {};

  return {
    identity,
    pipeline,
    inference,
    startedAtMs: clock.nowMs(),
    start() {
      dispatch({
        kind: 'EngineStarted',
        sessionId: identity.sessionId,
        build: identity.build,
        seed: identity.seed,
        mode: identity.mode,
        venue: identity.venue,
        sourceDescription: identity.source.description,
        ...(strategies && { strategies }),
        limits,
      });
      venue.onEvent((event: VenueEvent) => {
        if (event.kind === 'CountdownAnswered') deadMan.onAnswered(event);
        if (isNotice(event)) tell(event);
        else take(event);
      });
      venue.start();
      deadMan.takeAway(pipeline.deadMan.view.leftBehind());
      inference.start();
      const stopTick = timers.every(TICK_MS, () => {
        take({ kind: 'ClockTicked' });
        if (!halted) deadMan.guard(pipeline.deadMan.view.guarded());
      });
      const stopSync = timers.every(SYNC_MS, syncLog);
      stopTimers = () => {
        stopTick();
        stopSync();
      };
    },
    request(event) {
      const events = dispatch(event);
      drain();
      return events;
    },
    deadMan: () => ({ mode: pipeline.deadMan.view.mode(), guards: deadMan.status() }),
    tellVenue: (command) => venue.send(command),
    lastSeq: () => log.lastSeq,
    decisionHash: () => core.decisionHash(),
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onNotice(listener) {
      noticeListeners.add(listener);
      return () => noticeListeners.delete(listener);
    },
    async stop() {
      stopTimers();
      deadMan.close();
      halted = true;
      await Promise.all([venue.stop(), inference.stop()]);
      log.close();
    },
  };
}

/**
 * From when on fills may be missing, by venue and on its clock: the last time the books were reconciled with it, whatever was logged since.
 * Nothing of a venue on its first start.
 */
export function auditFrom(ledger: OpenedLog['ledger']): Map<string, number> {
  const from = new Map<string, number>();
  for (const { event, timeMs } of ledger) {
    if (event.kind !== 'Reconciled') continue;
    from.set(event.venue ?? SPOT_VENUE, (event.venueTimeMs ?? timeMs) - AUDIT_OVERLAP_MS);
  }
  return from;
}
