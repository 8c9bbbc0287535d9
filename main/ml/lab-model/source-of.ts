import { createHash } from 'node:crypto';
import type { ModelCard } from '../card.ts';
import type { InstrumentCandles } from '../datasets/build-data-set.ts';

/** Where candles came from, with the hash of their closes. */
export const sourceOf = ({ instrument, candles: { close } }: InstrumentCandles): ModelCard['sources'][number] => ({
  instrument,
  rows: close.length,
  sha256: createHash('sha256')
    .update(new Uint8Array(close.buffer, close.byteOffset, close.byteLength))
    .digest('hex'),
  licence: null,
  source: 'candles of whoever trained it; the hash is of their closes',
});
