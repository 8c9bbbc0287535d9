import type { SituatedForecast, TrustModel } from '../domain/trust-model.ts';
import { heardShare, TRUST_TERMS, trustParts, trustTerms } from './heard.ts';

type Term = (typeof TRUST_TERMS)[number];

/** How much of a forecast is believed, and why not all of it. */
export interface Heard {
  /** (0, 1] */
  readonly share: number;
  /** A sentence's middle: `right less often at this hour`. Empty where all is believed. */
  readonly why: string;
}

/** What belongs together, in words; `value` is that of the first of its terms. */
const REASONS: readonly { readonly terms: readonly Term[]; readonly text: (value: number) => string }[] = [
  { terms: ['bias', 'said'], text: () => 'right less often than it says' },
  { terms: ['calm', 'said in the calm'], text: () => 'right less often in calm markets' },
  { terms: ['wild', 'said in the wild'], text: () => 'right less often in wild markets' },
  {
    terms: ['volatility'],
    text: (value) => `right less often where candles range as ${value > 0 ? 'widely' : 'little'} as now`,
  },
  {
    terms: ['skill of late'],
    text: (value) => (value > 0 ? 'right less often after a good run' : 'it has done badly of late'),
  },
  { terms: ['experience'], text: () => 'right less often the longer it is watched' },
  {
    terms: ['company'],
    text: (value) => `right less often where the others ${value > 0 ? 'agree with' : 'contradict'} it`,
  },
  { terms: ['hour, sine', 'hour, cosine'], text: () => 'right less often at this hour' },
  { terms: ['weekend'], text: () => 'right less often at weekends' },
];

/** Undefined for a version that the model does not know: about it nothing was learnt. */
export function listenTo(model: TrustModel, forecast: SituatedForecast): Heard | undefined {
  const parts = trustParts(model, forecast);
  if (parts === null) return undefined;
  const share = heardShare(model, forecast);
  if (share >= 1) return { share, why: '' };
  const values = trustTerms(forecast);
  const found = REASONS.map(({ terms, text }) => {
    const [first] = terms as [Term];
    const at = terms.map((term) => TRUST_TERMS.indexOf(term));
    const part = at.reduce((sum, index) => sum + (parts[index] ?? 0), 0);
    return { part, text: text(values[TRUST_TERMS.indexOf(first)] ?? 0) };
  });
  const least = found.reduce((worst, each) => (each.part < worst.part ? each : worst));
  return { share, why: least.text };
}
