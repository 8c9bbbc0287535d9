import { expect, it } from 'vitest';
import type { EngineEvent, InputEvent } from '../../../main/engine/domain/events.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import { replyTo } from '../../../main/engine/gateway/reply.ts';

const refused = (subject: string, code: string): EngineEvent => ({ kind: 'RequestRefused', subject, code, text: code });
const signed = (purpose: CountersignedOrder['purpose']): EngineEvent => ({
  kind: 'OrderSigned',
  order: { purpose } as CountersignedOrder,
});
const ticket = { kind: 'ManualOrderRequested', requestId: 'r-1' } as InputEvent;
const flatten: InputEvent = { kind: 'FlattenRequested', instrumentId: null };
const cancel: InputEvent = { kind: 'CancelRequested', clientOrderId: 'cs-1' };

it.each<[string, InputEvent, EngineEvent[], string]>([
  [
    'a ticket that was signed, while a stop of another trade did not fit',
    ticket,
    [signed('entry'), refused('binance:BTC/USDT:stop', 'not-reducing')],
    'ok',
  ],
  ['a ticket that was refused', ticket, [refused('r-1', 'not-armed')], 'not-armed'],
  ['a cancel that was refused', cancel, [refused('cs-1', 'protective-stop')], 'protective-stop'],
  ['a flatten of two, one of them dust', flatten, [refused('binance:ETH/USDT', 'dust'), signed('flatten')], 'ok'],
  ['a flatten of nothing', flatten, [refused('flatten', 'nothing-held')], 'nothing-held'],
  [
    'a flatten that approval did not sign',
    flatten,
    [refused('binance:BTC/USDT:flatten', 'not-reducing')],
    'not-reducing',
  ],
  [
    'limits out of range',
    { kind: 'LimitsSet', limits: {} } as InputEvent,
    [refused('limits', 'bad-limits')],
    'bad-limits',
  ],
  ['anything, once the engine has halted', cancel, [], 'halted'],
])('%s', (_, request, events, expected) => {
  const done = replyTo(request, events);
  expect(done.ok ? 'ok' : done.error.code).toBe(expected);
});
