import type { Done } from '../../../preload/contract.ts';
import type { EngineEvent, InputEvent, RequestRefused } from '../domain/events.ts';

/** What a refusal of this very request is addressed to; null where any address will do. */
function subjectsOf(request: InputEvent): readonly string[] | null {
  switch (request.kind) {
    case 'ApproveRequested':
    case 'DeclineRequested':
    case 'ChangeRequested':
      return [request.proposalId];
    case 'ManualOrderRequested':
      return [request.requestId];
    case 'CancelRequested':
      return [request.clientOrderId];
    default:
      return null;
  }
}

/**
 * Whether a person's request was carried out. What the system asked itself meanwhile (a stop that does not fit just now) and was
 * refused is no answer to it; a flatten of several counts as done where any of it was.
 */
export function replyTo(request: InputEvent, events: readonly EngineEvent[]): Done {
  if (events.length === 0) return { ok: false, error: { code: 'halted', text: 'The engine has halted; restart it.' } };
  if (request.kind === 'FlattenRequested' && events.some(isUnderWay)) return { ok: true };
  const subjects = subjectsOf(request);
  const refused = events.find(
    (event): event is RequestRefused =>
      event.kind === 'RequestRefused' && (subjects === null || subjects.includes(event.subject)),
  );
  return refused ? { ok: false, error: { code: refused.code, text: refused.text } } : { ok: true };
}

const isUnderWay = (event: EngineEvent): boolean =>
  event.kind === 'CancelWanted' || (event.kind === 'OrderSigned' && event.order.purpose === 'flatten');
