import { expect, it } from 'vitest';
import type { EngineEvent, StrategyRecord } from '../../../main/engine/domain/events.ts';
import type { InstrumentRecord } from '../../../main/engine/domain/instrument.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import { tellUnlisted } from '../../../main/unlisted-instruments.ts';

const loaded = (...ids: readonly string[]): EngineEvent => ({
  kind: 'InstrumentsLoaded',
  instruments: ids.map((id) => ({ id, venue: id.slice(0, id.indexOf(':')) }) as InstrumentRecord),
});

it('an instrument that the venue does not list is said once, when the list of its venue is there', () => {
  let tell: (event: EngineEvent) => void = () => {};
  const said: string[] = [];
  const onEvent = ((listener: (logged: { event: EngineEvent }) => void) => {
    tell = (event) => listener({ event });
    return () => {};
  }) as unknown as Engine['onEvent'];
  const pairs: StrategyRecord = {
    ...{ name: 'pairs', params: {}, timeframe: '5m' },
    instruments: ['binance:BTC/USDT', 'binance:FOO/USDT', 'binance-usdm:BAR/USDT:USDT'],
  };
  tellUnlisted({ onEvent }, [pairs, { name: 'alone', params: {}, timeframe: '5m' }], (text) => said.push(text));
  tell(loaded('binance-usdm:BTC/USDT:USDT'));
  expect(said).toEqual(['Strategy pairs waits for BAR/USDT PERP in vain: the venue does not list it.']);
  said.length = 0;
  for (let n = 0; n < 2; n += 1) tell(loaded('binance:BTC/USDT', 'binance:ETH/USDT'));
  expect(said).toEqual(['Strategy pairs waits for FOO/USDT in vain: the venue does not list it.']);
});
