import type { StrategyRecord } from './engine/domain/events.ts';
import { accountsOf, symbolOf } from './engine/domain/instrument.ts';
import type { Engine } from './engine/engine.ts';

/**
 * Says, once each, which instruments that strategies name the venue does not list: no candle of them ever comes, and the
 * strategy would wait for one in silence. Returns what ends it.
 */
export function tellUnlisted(
  { onEvent }: Pick<Engine, 'onEvent'>,
  strategies: readonly StrategyRecord[],
  onLog: (text: string) => void,
): () => void {
  const told = new Set<string>();
  return onEvent(({ event }) => {
    if (event.kind !== 'InstrumentsLoaded') return;
    const venues = new Set(event.instruments.map(({ venue }) => venue));
    const listed = new Set(event.instruments.map(({ id }) => id));
    for (const { name, instruments = [] } of strategies)
      for (const id of instruments) {
        const text = `Strategy ${name} waits for ${symbolOf(id)} in vain: the venue does not list it.`;
        if (!venues.has(accountsOf(id).venue) || listed.has(id) || told.has(text)) continue;
        told.add(text);
        onLog(text);
      }
  });
}
