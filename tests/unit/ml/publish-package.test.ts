import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cardSchema, PACKAGE_FILES } from '../../../main/ml/card.ts';
import { openModelPackage } from '../../../main/ml/host/model-package.ts';
import { listVersions, readCard } from '../../../main/ml/registry/model-folders.ts';
import { type MadeModel, publishNext, publishPackage } from '../../../main/ml/registry/publish-package.ts';
import { smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-publish-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function made(): Promise<MadeModel> {
  const { card, golden, model } = await smallPackage();
  const { cost: _, ...draft } = card;
  return { card: draft, golden, model };
}

const opens = async (version: string): Promise<boolean> => {
  const opened = await openModelPackage(dir, 'small', version, [smallFeatureSet]);
  if (opened.ok) await opened.value.session.release();
  return opened.ok;
};

test('the first of its name is 1.0.0, the next one above the newest anywhere, each whole with what it costs', async () => {
  const shipped = join(dir, 'shipped');
  expect((await publishNext(dir, [shipped], await made())).card.version).toBe('1.0.0');
  const { card, ...rest } = await smallPackage();
  await writePackage({ ...rest, card: { ...card, version: '2.3.9' } }, shipped);
  expect((await publishNext(dir, [shipped], await made())).card.version).toBe('2.3.10');
  expect(listVersions(dir).map(({ version }) => version)).toEqual(['1.0.0', '2.3.10']);
  expect(readdirSync(join(dir, 'small', '2.3.10')).sort()).toEqual(Object.values(PACKAGE_FILES).sort());
  expect(readCard({ modelsDir: dir, model: 'small', version: '2.3.10' })?.cost.latencyMsP50).toBeGreaterThan(0);
  expect(await opens('2.3.10')).toBe(true);
});

test('what does not fit the card’s schema is not published, and leaves nothing', async () => {
  const bad = await made();
  await expect(publishPackage(dir, { ...bad, card: { ...bad.card, title: '' } })).rejects.toThrow(/title/);
  expect(readdirSync(join(dir, 'small'))).toEqual([]);
});

test('killed at any moment, it leaves the whole version or none, and the next publication succeeds', async () => {
  const script = join(import.meta.dirname, '../../support/publish-small.ts');
  for (let at = 0; at < 6; at++) {
    const child: ChildProcess = fork(script, [dir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const steps = new Promise<void>((resolve) => {
      let heard = 0;
      child.on('message', () => {
        heard += 1;
        if (heard > at) resolve();
      });
      child.once('exit', () => resolve());
    });
    await steps;
    child.kill('SIGKILL');
    await ended;
    for (const { version } of listVersions(dir)) expect(await opens(version), `${version} after kill ${at}`).toBe(true);
  }
  const { card } = await publishNext(dir, [], await made());
  expect(await opens(card.version)).toBe(true);
  expect(readdirSync(join(dir, 'small')).filter((name) => name.includes(card.version))).toEqual([card.version]);
  expect(existsSync(join(dir, 'small', card.version, PACKAGE_FILES.card))).toBe(true);
  expect(cardSchema.shape.version.safeParse(card.version).success).toBe(true);
}, 120_000);
