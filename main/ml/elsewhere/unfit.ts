import { fail } from '../../engine/domain/result.ts';

/** Why a model that was made elsewhere cannot be taken in, in one sentence that says what to do. */
export interface Unfit {
  readonly kind: 'unfit';
  readonly text: string;
}

export const unfit = (text: string): { readonly ok: false; readonly error: Unfit } => fail({ kind: 'unfit', text });
