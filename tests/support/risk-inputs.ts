import { parseDecimal } from '../../main/engine/domain/decimal.ts';
import { instrumentFromRecord } from '../../main/engine/domain/instrument.ts';
import type { Quote } from '../../main/engine/domain/market.ts';
import type { RiskLimits } from '../../main/engine/domain/proposal.ts';
import { assert } from '../../main/engine/domain/result.ts';
import type { RiskInputs } from '../../main/engine/risk/evaluate.ts';
import { type ExactLimits, readLimits } from '../../main/engine/risk/exact-limits.ts';
import { BTC_RECORD, LIMITS, T0 } from './small-engine.ts';

export const quoteAt = (bid: string, ask: string, receivedTimeMs = T0): Quote => ({
  bid,
  ask,
  bidQty: '1',
  askQty: '1',
  eventTimeMs: receivedTimeMs,
  receivedTimeMs,
});

export function exactly(limits: RiskLimits): ExactLimits {
  const read = readLimits(limits);
  assert(read.ok, 'the test means these limits to be good');
  return read.value;
}

/** 10,000 USDT, nothing held, live at 59999 / 60000, all switches clear. */
export const calmInputs = (over: Partial<RiskInputs> = {}): RiskInputs => ({
  nowMs: T0,
  instrument: instrumentFromRecord(BTC_RECORD),
  quote: quoteAt('59999', '60000'),
  feedStatus: 'live',
  limits: exactly(LIMITS),
  stakes: {
    heldBase: 0n,
    closableBase: 0n,
    instrumentQuote: 0n,
    totalQuote: 0n,
    freeCashQuote: parseDecimal('10000'),
    perpetual: null,
  },
  equityQuote: parseDecimal('10000'),
  pnlTodayQuote: 0n,
  ordersLastMinute: 0,
  killSwitch: false,
  armed: true,
  holds: [],
  hasUnknown: false,
  feeBps: 10,
  ...over,
});
