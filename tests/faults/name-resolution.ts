import { Agent } from 'undici';
import { expect } from 'vitest';
import { newTrace } from '../../main/engine/venues/binance/connector-context.ts';
import { judgeOutcome } from '../../main/engine/venues/binance/errors.ts';
import { quietExchange } from '../support/venues/quiet-exchange.ts';
import { Scene } from './scene.ts';

type ResolverCode = 'ENOTFOUND' | 'EAI_AGAIN';

/** Under the pin no name is ever resolved, so the real HTTP client is given a resolver that knows no name at all. */
export async function resolverSaysNo(code: ResolverCode): Promise<void> {
  const exchange = await quietExchange(1);
  exchange.fetchDispatcher = new Agent({
    connect: { lookup: (_host, _options, done) => done(Object.assign(new Error(`${code} venue`), { code }), '', 4) },
  });
  const trace = newTrace('entry', 1);
  const error = await exchange
    .traced(trace, () => exchange.privatePostOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' }))
    .catch((caught: unknown) => caught);
  expect(trace).toMatchObject({ sent: true, status: null, transportCode: code });
  expect(judgeOutcome(trace, error, () => true)).toMatchObject({ kind: 'refused', code: 'CONNECTION_REFUSED' });
  await exchange.shutDown();
}

function loseName(scene: Scene, code: ResolverCode, ms: number): void {
  scene.world.wire.unreachableCode = code;
  scene.world.wire.unreachableUntilMs = scene.world.time.nowMs + ms;
  scene.world.faults.strike('venue-unreachable');
}

/** An order goes out while the name is lost: rejected, nothing arrived; the next one, later, is a day like any other. */
export async function nameNotResolved(code: ResolverCode): Promise<void> {
  const scene = await Scene.open();
  loseName(scene, code, 5_000);
  const lost = scene.ticket({ qty: '0.01', bps: -20, stopBps: 100 }) as string;
  await scene.until('the refusal', () => scene.order(lost).state === 'rejected');
  expect(scene.order(lost).note).toContain('nothing was sent');
  expect(scene.atVenue(lost)).toBeUndefined();
  await scene.pass(10_000);
  const next = scene.ticket({ qty: '0.01', bps: -20, stopBps: 100 }) as string;
  await scene.until('the next one', () => scene.order(next).state === 'acknowledged');
  await scene.rest();
}

export async function nameNotResolvedAtStop(): Promise<void> {
  const scene = await Scene.open();
  const entry = scene.ticket({ qty: '0.01', bps: -20, stopBps: 100 }) as string;
  await scene.until('the entry to rest', () => scene.order(entry).state === 'acknowledged');
  loseName(scene, 'ENOTFOUND', 40_000);
  scene.move(-25);
  await scene.until('the fill', () => scene.order(entry).state === 'filled');
  await scene.pass(20_000);
  const position = () => scene.desk().positions.find(({ symbol }) => symbol === 'BTC/USDT');
  expect(['placing', 'missing']).toContain(position()?.stopState);
  expect(scene.desk().orders.some(({ side, type }) => side === 'sell' && type === 'market')).toBe(false);
  await scene.until('the stop', () => position()?.stopState === 'on-venue');
  expect(position()?.qtyBase).not.toBe('0');
  await scene.rest();
}
