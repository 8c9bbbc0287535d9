import { expect, it } from 'vitest';
import type { InstrumentsLoaded } from '../../../main/engine/domain/events.ts';
import { type ConnectorContext, createInstrumentTable } from '../../../main/engine/venues/binance/connector-context.ts';
import { createRulesWatch } from '../../../main/engine/venues/binance/rules-watch.ts';
import { readPerpetual } from '../../../main/engine/venues/binance-usdm/convert-orders.ts';
import { createQuarantine } from '../../../main/engine/venues/quarantine.ts';
import { symbolInfo } from '../../../main/practice/codecs/binance-usdm/market-data.ts';
import { changedRules, tradingRules } from '../../../main/practice/matching/rules.ts';
import { PERP } from '../../support/trading-rig.ts';

const listed = {
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.1',
  lotStep: '0.001',
  minQty: '0.001',
  maxQty: '1000',
  minNotional: '5',
};

it('other rules of a perpetual are taken over as the venue states them', async () => {
  const instruments = createInstrumentTable();
  const record = { ...listed, id: PERP, venue: 'binance-usdm', symbol: 'BTC/USDT:USDT' };
  instruments.set([{ ...record, venueSymbol: 'BTCUSDT' }]);
  const rules = changedRules(tradingRules({ ...listed, symbol: 'BTCUSDT' }), { lotStep: '0.01', minQty: '0.01' });
  const told: InstrumentsLoaded[] = [];
  const quarantine = createQuarantine();
  let running = true;
  const ended = { end: () => undefined };
  const context = {
    instruments,
    quarantine,
    breakers: { reads: { admit: () => ended.end }, entries: { admit: () => ended.end } },
    exchange: {
      traced: (_trace: unknown, call: () => Promise<unknown>) => call(),
      askRules: async () => ({ symbols: [symbolInfo(rules)] }),
      takeRules: () => undefined,
    },
    emit: (event: InstrumentsLoaded) => void told.push(event),
    running: () => running,
    sleep: async () => {
      running = false;
    },
  } as unknown as ConnectorContext;
  createRulesWatch(context, readPerpetual).reread();
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]?.instruments[0]).toMatchObject({ id: PERP, lotStep: '0.01', minQty: '0.01', tickSize: '0.1' });
  expect(quarantine.total).toBe(0);
});
