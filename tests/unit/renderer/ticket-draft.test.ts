import { describe, expect, it } from 'vitest';
import { manualOrderSchema } from '../../../preload/account-contract.ts';
import type { Instrument } from '../../../preload/contract.ts';
import { emptyDraft, isOnStep, orderFromDraft, type TicketDraft } from '../../../renderer/panels/ticket-draft.ts';

const BTC: Instrument = {
  id: 'binance:BTC/USDT',
  kind: 'spot',
  venue: 'binance',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.01',
  lotStep: '0.00001',
  minQty: '0.0001',
  maxQty: '9000',
  minNotional: '5',
};
const REQUEST_ID = '5b0b6d3e-9c53-4b0e-8a1b-0d5b0c1d2e3f';
const draft = (change: Partial<TicketDraft>): TicketDraft => ({
  ...emptyDraft(REQUEST_ID),
  qty: '0.5',
  limit: '61250.5',
  ...change,
});
const errorsOf = (change: Partial<TicketDraft>) => {
  const result = orderFromDraft(draft(change), BTC, '61000');
  return result.ok ? {} : result.errors;
};

describe('the ticket', () => {
  it('BUY 0.5 @ 61250.5 is the order the contract expects, its strings untouched', () => {
    const result = orderFromDraft(draft({ stop: '60000', target: '63000' }), BTC, null);
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(manualOrderSchema.parse(result.order)).toEqual({
      requestId: REQUEST_ID,
      instrumentId: BTC.id,
      side: 'buy',
      type: 'limit',
      qtyBase: '0.5',
      limitPrice: '61250.5',
      stopPrice: '60000',
      targetPrice: '63000',
    });
  });

  it('the same draft twice carries the same request id', () => {
    const [first, second] = [orderFromDraft(draft({}), BTC, null), orderFromDraft(draft({}), BTC, null)];
    expect(first).toEqual(second);
  });

  it('a market order has no limit and measures its stop from the quote', () => {
    expect(orderFromDraft(draft({ type: 'market', limit: 'left over' }), BTC, '61000')).toMatchObject({
      ok: true,
      order: { limitPrice: null },
    });
    expect(errorsOf({ type: 'market', stop: '62000' })).toEqual({ stop: 'The stop of a buy lies below its price.' });
  });

  it.each([
    [{ qty: '' }, 'qty', 'How much? A number above zero.'],
    [{ qty: '0' }, 'qty', 'How much? A number above zero.'],
    [{ qty: '1e3' }, 'qty', 'How much? A number above zero.'],
    [{ qty: '0.000011' }, 'qty', 'Steps of 0.00001 BTC.'],
    [{ qty: '0.00005' }, 'qty', 'At least 0.0001 BTC.'],
    [{ limit: '' }, 'limit', 'At what price?'],
    [{ limit: '61250.505' }, 'limit', 'Steps of 0.01.'],
    [{ stop: '61250.5' }, 'stop', 'The stop of a buy lies below its price.'],
    [{ side: 'sell' as const, stop: '61000' }, 'stop', 'The stop of a sell lies above its price.'],
    [{ target: '61000' }, 'target', 'The target of a buy lies above its price.'],
  ])('%o: %s says %s', (change, field, text) => {
    expect(errorsOf(change)).toEqual({ [field]: text });
  });

  it('steps are exact where floats are not', () => {
    expect(isOnStep('0.3', '0.1')).toBe(true);
    expect(isOnStep('1.1', '0.00001')).toBe(true);
    expect(isOnStep('0.35', '0.1')).toBe(false);
    expect(isOnStep('3', '2')).toBe(false);
  });
});

describe('the ticket of a perpetual', () => {
  const PERP: Instrument = { ...BTC, id: 'binance-usdm:BTC/USDT:USDT', kind: 'perpetual', venue: 'binance-usdm' };
  const orderOf = (change: Partial<TicketDraft>) => {
    const result = orderFromDraft(draft(change), PERP, null);
    return result.ok ? manualOrderSchema.parse(result.order) : result.errors;
  };

  it('opens a short with its stop above and its target below', () => {
    expect(orderOf({ side: 'sell', stop: '62000', target: '60000' })).toMatchObject({
      side: 'sell',
      stopPrice: '62000',
      targetPrice: '60000',
      reduceOnly: false,
    });
    expect(orderOf({ side: 'sell', stop: '60000' })).toMatchObject({
      stop: 'The stop of a sell lies above its price.',
    });
  });

  it('what is bound to reduce carries neither, whatever was typed before', () => {
    expect(orderOf({ reduceOnly: true, stop: '60000', target: 'x' })).toMatchObject({
      stopPrice: null,
      targetPrice: null,
      reduceOnly: true,
    });
  });
});
