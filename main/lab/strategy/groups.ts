import type { InstrumentId } from '../../engine/domain/instrument.ts';

/** Instruments that strategies look at together: so many at a time, in the order in which they are named. */
export const inGroups = (ids: readonly InstrumentId[], size: number): InstrumentId[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => ids.slice(at * size, (at + 1) * size));

/** Whether as many instruments are named as it looks at together, in a sentence; null where they are. One that looks at each alone may name those, or none. */
export function groupProblem(
  { name, instruments }: { readonly name: string; readonly instruments: number },
  named: readonly InstrumentId[] | undefined,
): string | null {
  const isTwice = new Set(named).size !== (named?.length ?? 0);
  if (instruments === 1) return isTwice ? `${name}: an instrument is named twice` : null;
  if (named?.length === instruments && !isTwice) return null;
  return `${name} looks at ${instruments} instruments together: name ${instruments}, as in ${name}@5m:BTC/USDT+ETH/USDT`;
}
