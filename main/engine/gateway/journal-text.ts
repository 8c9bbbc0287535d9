import type { JournalEntry } from '../../../preload/contract.ts';
import type { EngineEvent, VenueAccessChanged } from '../domain/events.ts';
import { accountWord, type InstrumentId, SPOT_VENUE, symbolOf, venueWord } from '../domain/instrument.ts';
import type { LogRecord } from '../kernel/log-format.ts';

type Line = Omit<JournalEntry, 'seq' | 'timeMs' | 'kind'>;

const line = (severity: JournalEntry['severity'], instrumentId: InstrumentId | null, text: string): Line => ({
  severity,
  instrumentId,
  text,
});

const theVenue = (venue = SPOT_VENUE): string => (venue === SPOT_VENUE ? 'the venue' : venueWord(venue));

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What proposals are called in sentences: by what they want, for nobody knows an id. */
export interface ProposalNames {
  learn(event: EngineEvent): void;
  of(proposalId: string): string;
}

/** Proposals live for minutes; a name older than this many others is not asked for. */
const NAMES_KEPT = 10_000;

export function createProposalNames(): ProposalNames {
  const names = new Map<string, string>();
  return {
    learn(event) {
      if (event.kind !== 'ProposalMade') return;
      const { id, side, qtyBase, instrumentId, entryPrice } = event.proposal;
      names.set(id, `the proposal to ${side} ${qtyBase} ${symbolOf(instrumentId)} at ${entryPrice}`);
      const oldest = names.size > NAMES_KEPT ? names.keys().next() : null;
      if (oldest && !oldest.done) names.delete(oldest.value);
    },
    of: (proposalId) => names.get(proposalId) ?? proposalId,
  };
}

const RULE_WORDS = [
  ['tickSize', 'price step'],
  ['lotStep', 'quantity step'],
  ['minQty', 'smallest quantity'],
  ['maxQty', 'largest quantity'],
  ['minNotional', 'smallest order in quote'],
] as const;

function accessLine({ code, why }: VenueAccessChanged): Line {
  if (code === 'maintenance') {
    return why === null
      ? line('info', null, 'The venue is out of maintenance.')
      : line('bad', null, `The venue is in maintenance: ${why}. New entries wait; what rests there stays.`);
  }
  if (code === 'not-answering') {
    return why === null
      ? line('info', null, 'The pause is over: the next order that opens or adds is the trial.')
      : line('bad', null, `${capital(why)}. New entries wait; cancel, flatten and stops do not.`);
  }
  return why === null
    ? line('info', null, 'The venue takes the API key again.')
    : line('bad', null, `${capital(why)}. New entries wait; cancel and flatten are still tried.`);
}

/** The event in one sentence for people; null for what the journal does not show (the market itself, bookkeeping steps). */
export function journalLine(event: EngineEvent, nameOf: (proposalId: string) => string = (id) => id): Line | null {
  switch (event.kind) {
    case 'EngineStarted':
      return line(
        'info',
        null,
        `Countersign ${event.build} started on ${event.venue} (${event.mode}: ${event.sourceDescription}).`,
      );
    case 'InstrumentsLoaded': {
      const venue = event.instruments[0]?.venue ?? SPOT_VENUE;
      if (venue === SPOT_VENUE) return null;
      return line('info', null, `${venueWord(venue)}: ${event.instruments.length} perpetuals are followed.`);
    }
    case 'RulesChanged': {
      const { before, now } = event;
      const changed = RULE_WORDS.filter(([field]) => before[field] !== now[field]);
      const words = changed.map(([field, word]) => `${word} ${now[field]} (was ${before[field]})`).join(', ');
      return line('warn', now.id, `${symbolOf(now.id)}: the venue has changed its rules for new orders: ${words}.`);
    }
    case 'LineUpSet':
      return event.why === '' ? null : line('info', null, event.why);
    case 'TrustModelSet':
      return line('info', null, event.why);
    case 'StrategySwitchedOff':
      return line('bad', null, `The strategy ${event.strategy} is switched off until the next start: ${event.why}`);
    case 'EnsembleSet': {
      const { confidenceMin, weights, decideEveryMs } = event.settings;
      const byHand = Object.entries(weights).map(([member, weight]) => `${member} × ${weight}`);
      const paces = Object.entries(decideEveryMs).map(([id, ms]) => `${symbolOf(id)} every ${ms / 60_000} min`);
      const parts = [`confidence from ${Math.round(100 * confidenceMin)} %`, ...byHand, ...paces];
      return line('info', null, `Votes are counted with ${parts.join(', ')}.`);
    }
    case 'ModelFitnessChanged': {
      const { model, instrumentId, fitness } = event;
      const who = instrumentId === null ? model : `${model} on ${symbolOf(instrumentId)}`;
      if (fitness.state === 'fit') return line('info', instrumentId, `${who} speaks again, with its record.`);
      const what = fitness.state === 'silent' ? 'abstains' : 'carries no weight';
      return line('warn', instrumentId, `${who} ${what}: ${fitness.text}.`);
    }
    case 'ProposalMade': {
      const { proposal: p } = event;
      const verb = p.side === 'buy' ? 'buy' : 'sell';
      return line(
        'info',
        p.instrumentId,
        `${p.agent} proposes to ${verb} ${p.qtyBase} ${symbolOf(p.instrumentId)} ${p.restsFor ? 'resting ' : ''}at ${p.entryPrice}.`,
      );
    }
    case 'RiskVerdictGiven': {
      const { outcome, phase, qtyBase, findings } = event.verdict;
      if (outcome === 'pass') return null;
      const why = findings.map((finding) => finding.text).join(' ');
      const what = outcome === 'deny' ? 'denied' : `shrunk to ${qtyBase}`;
      return line(
        'warn',
        null,
        `Risk ${what} ${nameOf(event.proposalId)}${phase === 'sending' ? ' at sending' : ''}. ${why}`,
      );
    }
    case 'ApprovalAsked':
      return event.again ? line('warn', null, `${capital(nameOf(event.proposalId))} asks again: ${event.why}`) : null;
    case 'ProposalDeclined':
      return line('info', null, `${capital(nameOf(event.proposalId))} declined${event.why ? `: ${event.why}` : ''}.`);
    case 'ProposalLapsed':
      return line('info', null, `${capital(nameOf(event.proposalId))} lapsed: ${event.why}`);
    case 'RestTakenBack':
      return line(
        'info',
        event.instrumentId,
        `${event.strategy} takes back ${nameOf(event.proposalId)}: ${event.text}.`,
      );
    case 'RequestRefused':
      return line('warn', null, event.text);
    case 'OrderSigned': {
      const { order: o } = event;
      const who =
        o.signature.by === 'person'
          ? `you (${o.signature.how})`
          : o.signature.by === 'mandate'
            ? `mandate ${o.signature.mandate}`
            : `the system (${o.signature.why})`;
      const bound = o.type === 'market' ? ` at ${o.limitPrice} or better` : ` at ${o.limitPrice}`;
      if (o.type === 'oco') {
        const ends = `stop ${o.triggerPrice} and target ${o.limitPrice}`;
        return line(
          'info',
          o.instrumentId,
          `Signed by ${who}: ${o.side} ${o.qtyBase} ${symbolOf(o.instrumentId)}, ${ends}.`,
        );
      }
      const at = o.triggerPrice ? ` with trigger ${o.triggerPrice}` : o.limitPrice ? bound : '';
      return line(
        'info',
        o.instrumentId,
        `Signed by ${who}: ${o.side} ${o.qtyBase} ${symbolOf(o.instrumentId)} ${o.type}${at}.`,
      );
    }
    case 'SignatureVoided': {
      const { side, qtyBase, instrumentId } = event.order;
      return line(
        'warn',
        instrumentId,
        `Void: the signature to ${side} ${qtyBase} ${symbolOf(instrumentId)}; ${event.why}.`,
      );
    }
    case 'OrderStateChanged': {
      const bad = event.to === 'rejected' || event.to === 'unknown';
      const detail = event.text ? `: ${event.text.replace(/\.$/, '')}` : '';
      return line(bad ? 'bad' : 'info', event.instrumentId, `Order ${event.clientOrderId} is ${event.to}${detail}.`);
    }
    case 'FillBooked': {
      const { fill: f } = event;
      const bought = f.side === 'buy' ? 'Bought' : 'Sold';
      const later = event.via === 'audit' ? ' (found by the audit)' : '';
      return line(
        'good',
        f.instrumentId,
        `${bought} ${f.qtyBase} ${symbolOf(f.instrumentId)} at ${f.price}, fee ${f.fee} ${f.feeAsset}${later}.`,
      );
    }
    case 'IncomeBooked': {
      const { kind, amountQuote, instrumentId } = event.income;
      const name = symbolOf(instrumentId);
      if (kind === 'insurance')
        return line('bad', instrumentId, `${name}: the venue's insurance took over ${amountQuote}.`);
      const paid = amountQuote.startsWith('-');
      return line(
        'info',
        instrumentId,
        `${name}: funding ${paid ? 'paid' : 'received'}, ${amountQuote.replace('-', '')}.`,
      );
    }
    case 'ProtectionChanged': {
      const text: Record<typeof event.state, string> = {
        'on-venue': `Stop for ${event.qtyBase} rests on the venue at ${event.stopPrice}.`,
        placing: `Stop for ${event.qtyBase} at ${event.stopPrice} is on its way; until it rests the position is unprotected.`,
        missing: `The stop at ${event.stopPrice} is missing on the venue.`,
        none: 'No stop is kept any more.',
      };
      const severity = event.state === 'missing' ? 'bad' : 'info';
      return line(severity, event.instrumentId, `${symbolOf(event.instrumentId)}: ${text[event.state]}`);
    }
    case 'CancelWanted':
      return line('info', event.instrumentId, `Cancel of ${event.clientOrderId} sent (${event.why}).`);
    case 'ForeignOrderSeen':
      return line(
        'warn',
        event.report.instrumentId,
        `An order not sent from here works on this account: ${event.report.side} ${event.report.qtyBase} ${symbolOf(event.report.instrumentId)}.`,
      );
    case 'OpeningBalancesBooked':
      return line(
        'info',
        null,
        `Opening balances: ${event.balances.map((b) => `${b.amount} ${accountWord(b.asset)}`).join(', ')}.`,
      );
    case 'DifferenceAcknowledged':
      return line(
        'warn',
        null,
        `${accountWord(event.asset)}: you took the venue's word of ${event.venue}; the books said ${event.ledger}.`,
      );
    case 'BalanceAdjusted': {
      const at = event.priceQuote === null ? '' : ` at ${event.priceQuote}`;
      return line(
        'warn',
        event.instrumentId,
        `Booked a difference of ${event.amount} ${accountWord(event.asset)}${at}.`,
      );
    }
    case 'BalanceDiffered':
      if (event.ledger === event.venue)
        return line('info', null, `${accountWord(event.asset)}: ledger and venue agree on ${event.venue} again.`);
      return line(
        'bad',
        null,
        `${accountWord(event.asset)}: the venue says ${event.venue}, the ledger ${event.ledger}; no known fill explains it.`,
      );
    case 'AnomalyStated':
      return line('bad', event.instrumentId, event.text);
    case 'Reconciled':
      return event.repairs.length === 0
        ? null
        : line('warn', null, `Reconciled with ${theVenue(event.venue)}: ${event.repairs.join(' ')}`);
    case 'PrivateStreamChanged':
      if (event.status === 'down') {
        return line(
          'warn',
          null,
          `The order stream to ${theVenue(event.venue)} is down: ${event.why}. New entries wait until it is back.`,
        );
      }
      return event.status === 'live'
        ? line('info', null, `The order stream to ${theVenue(event.venue)} is live.`)
        : null;
    case 'VenueAccessChanged':
      return accessLine(event);
    case 'ArmSet':
      return line('info', null, event.armed ? 'Ticket armed.' : 'Ticket disarmed.');
    case 'KillSwitchSet':
      return line(
        'bad',
        null,
        event.on ? 'Kill switch on: no new risk, working entries are cancelled.' : 'Kill switch off.',
      );
    case 'LimitsSet':
      return line('info', null, 'Risk limits changed.');
    case 'DeadManSwitchSet': {
      const words = { off: 'off', entries: 'on for entries without a stop', all: 'on for everything, stops too' };
      return line('warn', null, `Dead-man switch ${words[event.mode]}.`);
    }
    case 'DeadManFired':
      return line(
        'bad',
        event.instrumentId,
        `${symbolOf(event.instrumentId)}: no refresh of the dead-man switch got through in time. What rested there may be cancelled; the venue's books are read and stops put back.`,
      );
    case 'MandateSet':
      return line(
        'warn',
        null,
        event.mandate ? `Mandate "${event.mandate.name}" signs from now on.` : 'Mandate withdrawn.',
      );
    case 'CancelAllRequested':
      return line('info', null, 'Cancel all.');
    case 'FlattenRequested':
      return line(
        'warn',
        event.instrumentId,
        event.instrumentId ? `Flatten ${symbolOf(event.instrumentId)}.` : 'Flatten everything.',
      );
    default:
      return null;
  }
}

/** The journal's row for a logged event, or null where it shows none. */
export function journalEntry(record: LogRecord, names: ProposalNames): JournalEntry | null {
  names.learn(record.event);
  const shown = journalLine(record.event, names.of);
  return shown && { seq: record.seq, timeMs: record.timeMs, kind: record.event.kind, ...shown };
}
