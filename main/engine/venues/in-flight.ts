import type { VenueCommand, VenueEvent } from './venue-port.ts';

/** Commands that were passed to a worker and not answered yet. */
export interface InFlight {
  passed(command: VenueCommand): void;
  answered(event: VenueEvent): void;
  /** What to tell the engine when the worker died: an order may have gone out, so its fate is unknown. */
  answerAll(why: string): VenueEvent[];
}

export function createInFlight(): InFlight {
  const submits = new Set<string>();
  const cancels = new Set<string>();
  const queries = new Set<string>();
  return {
    passed(command) {
      if (command.kind === 'submit') submits.add(command.order.clientOrderId);
      else if (command.kind === 'cancel') cancels.add(command.clientOrderId);
      else if (command.kind === 'query') queries.add(command.clientOrderId);
    },
    answered(event) {
      if (event.kind === 'SubmitAnswered') submits.delete(event.clientOrderId);
      else if (event.kind === 'CancelAnswered') cancels.delete(event.clientOrderId);
      else if (event.kind === 'OrderQueried') queries.delete(event.clientOrderId);
    },
    answerAll(why) {
      const events: VenueEvent[] = [
        ...[...submits].map(
          (clientOrderId) =>
            ({
              kind: 'SubmitAnswered',
              clientOrderId,
              outcome: 'unknown',
              venueOrderId: null,
              code: 'WORKER_DIED',
              text: why,
            }) as const,
        ),
        ...[...cancels].map(
          (clientOrderId) => ({ kind: 'CancelAnswered', clientOrderId, outcome: 'unknown', text: why }) as const,
        ),
        ...[...queries].map(
          (clientOrderId) => ({ kind: 'OrderQueried', clientOrderId, outcome: 'unknown', report: null }) as const,
        ),
      ];
      submits.clear();
      cancels.clear();
      queries.clear();
      return events;
    },
  };
}
