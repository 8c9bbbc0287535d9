import { formatDecimal, isDecimal, parseDecimal } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Proposal, RiskFinding } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** A proposal's amounts in atoms, on the instrument's grids. */
export interface ExactOrder {
  readonly qty: bigint;
  readonly entry: bigint;
  readonly stop: bigint | null;
  readonly target: bigint | null;
}

const badGrid = (measured: string, step: bigint, what: string): RiskFinding => ({
  code: 'bad-grid',
  measured,
  limit: formatDecimal(step),
  unit: 'step',
  text: `${what} ${measured} is not a positive multiple of ${formatDecimal(step)}`,
});

/** The finding against one number, or null where it is a positive multiple of `step`. */
function offGrid(text: string, step: bigint, what: string): RiskFinding | null {
  if (!isDecimal(text)) return badGrid(text, step, what);
  const atoms = parseDecimal(text);
  return atoms > 0n && atoms % step === 0n ? null : badGrid(text, step, what);
}

/** Every number that is no plain decimal, not positive or off its grid is a finding; NaN never gets past here. */
export function readOrder(
  proposal: Proposal,
  instrument: Instrument,
): Result<ExactOrder, { kind: 'bad-grid'; findings: readonly RiskFinding[] }> {
  const { orderType, qtyBase, entryPrice, stopPrice, targetPrice } = proposal;
  const { tickSize, lotStep } = instrument;
  // A market order's price is the quote it was sized with: any positive price will do.
  const entryStep = orderType === 'market' ? 1n : tickSize;
  const findings = [
    offGrid(qtyBase, lotStep, 'quantity'),
    offGrid(entryPrice, entryStep, 'price'),
    stopPrice === null ? null : offGrid(stopPrice, tickSize, 'stop'),
    targetPrice === null ? null : offGrid(targetPrice, tickSize, 'target'),
  ].filter((finding) => finding !== null);
  if (findings.length > 0) return fail({ kind: 'bad-grid', findings });
  return ok({
    qty: parseDecimal(qtyBase),
    entry: parseDecimal(entryPrice),
    stop: stopPrice === null ? null : parseDecimal(stopPrice),
    target: targetPrice === null ? null : parseDecimal(targetPrice),
  });
}
