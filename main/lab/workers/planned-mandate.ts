/** A mandate as the lab's form has it, and as a run takes it. */
import type { LabMandate } from '../../../preload/lab-contract.ts';
import type { MandateAsked } from '../backtest/mandate-signer.ts';
import { FOR_EVER_MS } from '../exact/mandate-text.ts';

/** @param names what the run calls its instruments: it signs for all of them */
export const mandateAsked = (asked: LabMandate, names: readonly string[]): MandateAsked => ({
  mandate: {
    name: 'lab',
    notionalQuoteMax: asked.notionalQuoteMax,
    minProbability: asked.minProbability,
    instrumentIds: [...names],
    fromHourUtc: asked.fromHourUtc,
    toHourUtc: asked.toHourUtc,
    validUntilMs: asked.validUntilMs ?? FOR_EVER_MS,
  },
  instrumentIds: [...names],
  supposed: asked.supposed === null ? null : { edge: 'measured', probability: asked.supposed },
});

export const formMandate = ({ mandate, supposed }: MandateAsked): LabMandate => ({
  notionalQuoteMax: mandate.notionalQuoteMax,
  minProbability: mandate.minProbability,
  fromHourUtc: mandate.fromHourUtc,
  toHourUtc: mandate.toHourUtc,
  validUntilMs: mandate.validUntilMs === FOR_EVER_MS ? null : mandate.validUntilMs,
  supposed: supposed?.probability ?? null,
});
