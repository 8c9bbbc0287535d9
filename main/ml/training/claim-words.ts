import type { Edge } from '../../engine/inference/protocol.ts';
import type { Estimate } from './block-bootstrap.ts';

/** What a model claims, as the pages and cards of the documentation say it. */

export const EDGE_WORDS: Readonly<Record<Edge, string>> = {
  none: 'no edge',
  weak: 'tells something, does not pay',
  measured: '**edge after costs**',
};

/** `0.512 (0.498 to 0.526)` */
export const estimateText = ({ value, low, high }: Estimate, digits: number): string =>
  `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
