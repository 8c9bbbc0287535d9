import type { InstrumentId } from '../engine/domain/instrument.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import type { MandateAsked } from '../lab/backtest/mandate-signer.ts';
import { readMandate } from '../lab/exact/mandate-text.ts';

/** Options of `backtest` that say what signs by itself. */
export interface MandateOptions {
  readonly mandate?: string;
  /** A what-if: the strategy's edge as if it were measured, with this probability. */
  readonly suppose?: number;
}

/** The mandate that is asked for; null for none. One sentence where it will not do. */
export function readMandateOptions(
  { mandate, suppose }: MandateOptions,
  instrumentIds: readonly InstrumentId[],
): Result<MandateAsked | null, { readonly kind: string; readonly message: string }> {
  if (mandate === undefined) {
    return suppose === undefined
      ? ok(null)
      : fail({
          kind: 'bad-mandate',
          message: '--suppose belongs to --mandate: it says what the mandate is to believe',
        });
  }
  const read = readMandate(mandate, instrumentIds);
  if (!read.ok) return read;
  const supposed = suppose === undefined ? null : { edge: 'measured' as const, probability: suppose };
  return ok({ mandate: read.value, instrumentIds, supposed });
}

/** What a reader must know of a mandate's result: nothing of the kind would be signed on the desk. */
export const supposedNote = ({ supposed }: MandateAsked): string =>
  supposed ? 'supposing an edge that nobody has measured: on the desk this mandate would sign none of it' : '';
