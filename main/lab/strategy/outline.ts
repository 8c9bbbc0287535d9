import type { Parameters } from './parameters.ts';
import type { StrategyDefinition } from './strategy.ts';

/** What can be said of a strategy without its code: what forms, help and searches need. */
export interface StrategyOutline {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** How many one of it looks at together. */
  readonly instruments: number;
  readonly params: Parameters;
}

export const outlineOf = ({ name, title, about, instruments = 1, params }: StrategyDefinition): StrategyOutline => ({
  name,
  title,
  about,
  instruments,
  params: Object.fromEntries(
    Object.entries(params).map(([key, { standard, least, most, whole, about: words }]) => [
      key,
      { standard, least, most, whole, about: words },
    ]),
  ),
});
