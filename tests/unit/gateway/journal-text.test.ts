import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { createProposalNames, journalEntry, journalLine } from '../../../main/engine/gateway/journal-text.ts';
import { BTC, BTC_RECORD, entryProposal, LIMITS } from '../../support/small-engine.ts';

const verdict = {
  proposalId: 'p-1',
  phase: 'proposing',
  outcome: 'deny',
  qtyBase: '0',
  findings: [{ code: 'daily-loss', measured: '301', limit: '300', unit: 'USDT', text: 'Lost 301 of 300 today.' }],
  exposureBefore: 0,
  exposureAfter: 0,
  riskQuote: null,
  atMs: 1,
} as const;
const order = {
  clientOrderId: 'cs-1',
  proposalId: 'p-1',
  instrumentId: BTC,
  purpose: 'entry',
  side: 'buy',
  type: 'limit',
  qtyBase: '0.05',
  limitPrice: '60005',
  triggerPrice: null,
  protectiveStopPrice: '59600',
  targetPrice: null,
  signature: { by: 'person', how: 'approval', atMs: 1 },
  agent: 'test',
} as const;
const fill = {
  fillId: '1',
  venueOrderId: '2',
  clientOrderId: 'cs-1',
  instrumentId: BTC,
  side: 'buy',
  price: '60004.5',
  qtyBase: '0.05',
  fee: '0.00005',
  feeAsset: 'BTC',
  liquidity: 'taker',
  eventTimeMs: 1,
} as const;
const booked = { kind: 'FillBooked', fill, purpose: 'entry', proposalId: 'p-1', proposedPrice: '60005' } as const;
const protection = {
  kind: 'ProtectionChanged',
  instrumentId: BTC,
  coveredBy: 'cs-1',
  clientOrderId: 'cs-2',
  stopPrice: '59600',
  qtyBase: '0.05',
  text: '',
} as const;
const changed = {
  kind: 'OrderStateChanged',
  clientOrderId: 'cs-1',
  instrumentId: BTC,
  from: 'sent',
  venueOrderId: null,
  filledBase: '0',
  code: '',
} as const;

const LINES: readonly [EngineEvent, string, string][] = [
  [
    { kind: 'ProposalMade', proposal: entryProposal() },
    'info',
    'Reversal trees proposes to buy 0.05 BTC/USDT at 60005.',
  ],
  [{ kind: 'RiskVerdictGiven', proposalId: 'p-1', verdict }, 'warn', 'Risk denied p-1. Lost 301 of 300 today.'],
  [
    {
      kind: 'RiskVerdictGiven',
      proposalId: 'p-1',
      verdict: { ...verdict, phase: 'sending', outcome: 'shrink', qtyBase: '0.02', findings: [] },
    },
    'warn',
    'Risk shrunk to 0.02 p-1 at sending. ',
  ],
  [{ kind: 'ProposalDeclined', proposalId: 'p-1', why: '' }, 'info', 'P-1 declined.'],
  [{ kind: 'ProposalDeclined', proposalId: 'p-1', why: 'too late' }, 'info', 'P-1 declined: too late.'],
  [{ kind: 'OrderSigned', order }, 'info', 'Signed by you (approval): buy 0.05 BTC/USDT limit at 60005.'],
  [
    {
      kind: 'OrderSigned',
      order: {
        ...order,
        side: 'sell',
        type: 'stop-loss',
        limitPrice: null,
        triggerPrice: '59600',
        signature: { by: 'system', why: 'protect', atMs: 1 },
      },
    },
    'info',
    'Signed by the system (protect): sell 0.05 BTC/USDT stop-loss with trigger 59600.',
  ],
  [
    {
      kind: 'OrderSigned',
      order: {
        ...order,
        side: 'sell',
        type: 'oco',
        limitPrice: '61000',
        triggerPrice: '59600',
        signature: { by: 'system', why: 'protect', atMs: 1 },
      },
    },
    'info',
    'Signed by the system (protect): sell 0.05 BTC/USDT, stop 59600 and target 61000.',
  ],
  [
    { kind: 'OrderSigned', order: { ...order, type: 'market', limitPrice: '60090' } },
    'info',
    'Signed by you (approval): buy 0.05 BTC/USDT market at 60090 or better.',
  ],
  [
    {
      kind: 'OrderSigned',
      order: { ...order, type: 'market', limitPrice: null, signature: { by: 'mandate', mandate: 'night', atMs: 1 } },
    },
    'info',
    'Signed by mandate night: buy 0.05 BTC/USDT market.',
  ],
  [{ ...changed, to: 'acknowledged', text: '' }, 'info', 'Order cs-1 is acknowledged.'],
  [{ ...changed, to: 'unknown', text: 'No answer came' }, 'bad', 'Order cs-1 is unknown: No answer came.'],
  [
    { ...changed, to: 'rejected', text: 'Insufficient balance' },
    'bad',
    'Order cs-1 is rejected: Insufficient balance.',
  ],
  [{ ...changed, to: 'rejected', text: 'Nothing was sent.' }, 'bad', 'Order cs-1 is rejected: Nothing was sent.'],
  [
    {
      kind: 'RulesChanged',
      before: BTC_RECORD,
      now: { ...BTC_RECORD, lotStep: '0.001', minNotional: '20' },
    },
    'warn',
    'BTC/USDT: the venue has changed its rules for new orders: quantity step 0.001 (was 0.00001), smallest order in quote 20 (was 5).',
  ],
  [
    { kind: 'AnomalyStated', instrumentId: BTC, subject: '7', code: 'overfill', text: 'More than was ordered.' },
    'bad',
    'More than was ordered.',
  ],
  [{ ...booked, via: 'stream' }, 'good', 'Bought 0.05 BTC/USDT at 60004.5, fee 0.00005 BTC.'],
  [{ ...booked, via: 'audit' }, 'good', 'Bought 0.05 BTC/USDT at 60004.5, fee 0.00005 BTC (found by the audit).'],
  [{ ...protection, state: 'on-venue' }, 'info', 'BTC/USDT: Stop for 0.05 rests on the venue at 59600.'],
  [{ ...protection, state: 'missing' }, 'bad', 'BTC/USDT: The stop at 59600 is missing on the venue.'],
  [
    { kind: 'BalanceDiffered', asset: 'BTC', ledger: '1', venue: '2' },
    'bad',
    'BTC: the venue says 2, the ledger 1; no known fill explains it.',
  ],
  [{ kind: 'KillSwitchSet', on: true }, 'bad', 'Kill switch on: no new risk, working entries are cancelled.'],
  [{ kind: 'FlattenRequested', instrumentId: BTC }, 'warn', 'Flatten BTC/USDT.'],
  [{ kind: 'FlattenRequested', instrumentId: null }, 'warn', 'Flatten everything.'],
  [
    { kind: 'PrivateStreamChanged', status: 'down', why: 'nothing ran here for 8 s' },
    'warn',
    'The order stream to the venue is down: nothing ran here for 8 s. New entries wait until it is back.',
  ],
  [{ kind: 'PrivateStreamChanged', status: 'live', why: '' }, 'info', 'The order stream to the venue is live.'],
  [
    { kind: 'VenueAccessChanged', code: 'maintenance', why: 'until 08:00' },
    'bad',
    'The venue is in maintenance: until 08:00. New entries wait; what rests there stays.',
  ],
  [{ kind: 'VenueAccessChanged', code: 'maintenance', why: null }, 'info', 'The venue is out of maintenance.'],
  [
    { kind: 'VenueAccessChanged', code: 'key-refused', why: 'the venue refuses the API key (x, -2015)' },
    'bad',
    'The venue refuses the API key (x, -2015). New entries wait; cancel and flatten are still tried.',
  ],
  [{ kind: 'VenueAccessChanged', code: 'key-refused', why: null }, 'info', 'The venue takes the API key again.'],
  [{ kind: 'LimitsSet', limits: LIMITS }, 'info', 'Risk limits changed.'],
];

describe('the journal in sentences', () => {
  it.each(LINES)('%j', (event, severity, text) => {
    expect(journalLine(event)).toMatchObject({ severity, text });
  });

  it.each<EngineEvent>([
    { kind: 'ClockTicked' },
    { kind: 'RiskVerdictGiven', proposalId: 'p-1', verdict: { ...verdict, outcome: 'pass' } },
    { kind: 'ApprovalAsked', proposalId: 'p-1', qtyBase: '1', again: false, why: '', bandPrice: '1', expiresAtMs: 1 },
    { kind: 'Reconciled', repairs: [] },
    { kind: 'OrderPersisted', order },
  ])('%j is no line', (event) => {
    expect(journalLine(event)).toBeNull();
  });

  it('a proposal is called by what it wants', () => {
    const names = createProposalNames();
    const proposal = entryProposal();
    journalEntry({ seq: 1, timeMs: 1, event: { kind: 'ProposalMade', proposal } }, names);
    const lapsed = { kind: 'ProposalLapsed', proposalId: proposal.id, why: 'nobody answered in time' } as const;
    expect(journalEntry({ seq: 2, timeMs: 2, event: lapsed }, names)?.text).toMatch(
      /^The proposal to buy 0\.05 BTC\/USDT at 60005 lapsed: nobody answered in time/,
    );
  });

  it('an order that rests for a strategy says so, and who took it back and why', () => {
    const names = createProposalNames();
    const restsFor = { strategy: 'market-maker', qtyBase: '0.05', price: '60005' };
    const proposal = { ...entryProposal(), agent: 'Market maker', restsFor };
    const texts = [
      { kind: 'ProposalMade', proposal } as const,
      {
        kind: 'RestTakenBack',
        instrumentId: BTC,
        proposalId: proposal.id,
        strategy: 'market-maker',
        text: 'it now wants to buy 0.05 at 60001',
      } as const,
    ].map((event, at) => journalEntry({ seq: at + 1, timeMs: 1, event }, names)?.text);
    expect(texts).toEqual([
      'Market maker proposes to buy 0.05 BTC/USDT resting at 60005.',
      'market-maker takes back the proposal to buy 0.05 BTC/USDT at 60005: it now wants to buy 0.05 at 60001.',
    ]);
  });

  it('an entry carries the record it speaks of', () => {
    expect(journalEntry({ seq: 7, timeMs: 42, event: { kind: 'ArmSet', armed: true } }, createProposalNames())).toEqual(
      {
        seq: 7,
        timeMs: 42,
        kind: 'ArmSet',
        text: 'Ticket armed.',
        instrumentId: null,
        severity: 'info',
      },
    );
  });
});
