import { expect } from 'vitest';
import type { FaultCase } from './case.ts';
import { BTC, Scene } from './scene.ts';

/** What a filled order paid at most, as a number. */
const worstPaid = (scene: Scene): number => {
  const { tickSize } = scene.listing().rules;
  return Math.max(...scene.world.venue.fills.filter(({ side }) => side === 'buy').map(({ ticks }) => ticks * tickSize));
};

async function bookMoves(): Promise<void> {
  const scene = await Scene.open();
  const id = scene.ticket({ qty: '0.01', type: 'market', stopBps: 100 }) as string;
  scene.move(40);
  await scene.until('the end', () => scene.order(id).state === 'expired');
  expect(scene.world.venue.fills).toEqual([]);
  const { note, limitPrice } = scene.order(id);
  expect(note).toBe(
    `0 of 0.01 filled; for the rest there was nothing at ${limitPrice} or better, the edge of what was signed`,
  );
  expect(scene.journal().some((line) => line.includes(note))).toBe(true);
  expect(scene.desk().positions).toEqual([]);
  await scene.rest();
  expect(scene.world.sent.size).toBe(1);
}

async function bookIsThin(): Promise<void> {
  const scene = await Scene.open({ levelQuote: 200, spreadBps: 6 });
  const id = scene.ticket({ qty: '0.05', type: 'market', stopBps: 100 }) as string;
  await scene.until('the end', () => scene.order(id).state === 'expired');
  const { filledBase, limitPrice, note } = scene.order(id);
  expect(Number(filledBase)).toBeGreaterThan(0);
  expect(Number(filledBase)).toBeLessThan(0.05);
  expect(worstPaid(scene)).toBeLessThanOrEqual(Number(limitPrice));
  expect(note).toContain(`${filledBase} of 0.05 filled`);
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  await scene.rest();
}

async function exitsUnbounded(): Promise<void> {
  const scene = await Scene.open();
  scene.ticket({ qty: '0.01', type: 'market', stopBps: 100 });
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  scene.world.request({ kind: 'FlattenRequested', instrumentId: BTC });
  scene.move(-60);
  await scene.until('the sale', () => scene.desk().positions.length === 0);
  const sale = scene.desk().orders.find(({ purpose }) => purpose === 'flatten');
  expect(sale).toMatchObject({ state: 'filled', limitPrice: null });
  await scene.rest();
}

export const SUBMIT_BOUND: readonly FaultCase[] = [
  {
    id: 'book-moves-under-a-market-order',
    title: 'the book moves out of the band between the last check and the match',
    injected: 'simulated market: 40 bps up while the order is on its way',
    holds:
      'The venue fills nothing outside what was signed: the order carries the edge of the band, and its rest is cancelled.',
    seen: 'The order as expired, with how much filled and the price beyond which nothing was bought.',
    check: bookMoves,
  },
  {
    id: 'thin-book-under-a-market-order',
    title: 'the book holds less inside the band than the order asks for',
    injected: 'simulated market: levels of 200 USDT, 6 bps apart',
    holds: 'What lies inside the band fills, the rest is cancelled; the stop covers what filled.',
    seen: 'The order as expired with how far it got; the stop on the venue.',
    check: bookIsThin,
  },
  {
    id: 'exit-has-no-bound',
    title: 'the book falls away under a flatten',
    injected: 'simulated market: 60 bps down while the stop makes room',
    holds: 'What reduces a position carries no bound: it sells at what there is.',
    seen: 'The sale as filled, the position gone.',
    check: exitsUnbounded,
  },
];
