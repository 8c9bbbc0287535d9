import type { StrategyRecord } from './engine/domain/events.ts';
import { SPOT_VENUE, symbolOf } from './engine/domain/instrument.ts';
import type { Engine } from './engine/engine.ts';

/**
 * Says, once each, which instruments that strategies look at together the venue does not list: no candle of them ever comes, and the
 * strategy would wait for it in silence. Returns what ends it.
 */
export function tellUnlisted(
  { onEvent }: Pick<Engine, 'onEvent'>,
  strategies: readonly StrategyRecord[],
  onLog: (text: string) => void,
): () => void {
  const told = new Set<string>();
  return onEvent(({ event }) => {
    if (event.kind !== 'InstrumentsLoaded' || event.instruments.every(({ venue }) => venue !== SPOT_VENUE)) return;
    const listed = new Set(event.instruments.map(({ id }) => id));
    for (const { name, instruments = [] } of strategies)
      for (const id of instruments) {
        const text = `Strategy ${name} never speaks: the venue does not list ${symbolOf(id)}.`;
        if (listed.has(id) || told.has(text)) continue;
        told.add(text);
        onLog(text);
      }
  });
}
