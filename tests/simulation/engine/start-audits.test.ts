import { expect, test } from 'vitest';
import { Scene } from '../../faults/scene.ts';

test('[E5] the venue’s books are read once at a start and once after the stream was down, and entries wait for it', async () => {
  const scene = await Scene.open();
  const audits = (): number => scene.events.filter(({ kind }) => kind === 'AuditReceived').length;
  expect([audits(), scene.holds()]).toEqual([1, []]);
  scene.breakStream(2_000);
  await scene.until('the stream to be down', () => scene.holds().length > 0);
  await scene.until('the books', () => scene.holds().length === 0);
  await scene.pass(5_000);
  expect(audits()).toBe(2);
  await scene.kill(1_000);
  await scene.until('the books', () => scene.holds().length === 0);
  await scene.pass(5_000);
  expect(audits()).toBe(3);
  await scene.rest();
});
