import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openInstallationKey } from '../../../main/installation-key.ts';
import type { LabelSpec } from '../../../main/ml/labels/label.ts';
import { readGateTerms } from '../../../main/ml/registry/gate-terms.ts';
import { readCard } from '../../../main/ml/registry/model-folders.ts';
import { openModelRegistry, type ScoreOf } from '../../../main/ml/registry/model-registry.ts';
import { openProbeRecords, type ProbeRecords } from '../../../main/ml/registry/probe-records.ts';
import { readPromotions } from '../../../main/ml/registry/promotion-record.ts';
import { goodVersion, HOURS_30, scoreOf, twoVersions } from '../../support/model-versions.ts';
import { smallFeatureSet, writePackage } from '../../support/small-model.ts';

let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'countersign-registry-'));
  await twoVersions(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const MEASURED: ProbeRecords = {
  known: () => ({ ok: true, memoryBytes: 5_000_000, rows: 64, latencyMsP50: 0.1, apart: 0 }),
  probe: async () => ({ ok: true, memoryBytes: 5_000_000, rows: 64, latencyMsP50: 0.1, apart: 0 }),
  forget: () => {},
};
const open = (probes = MEASURED) =>
  openModelRegistry(
    {
      shippedDir: join(root, 'shipped'),
      ownDir: join(root, 'own'),
      standings: join(root, 'standings.json'),
      promotions: join(root, 'promotions'),
    },
    probes,
    key(),
    '0.1.0',
  );
const key = () => openInstallationKey(join(root, 'installation.key'));
const live = (registry = open()) => registry.lineUp().map(({ model, version, role }) => `${model} ${version} ${role}`);
const scores: ScoreOf = ({ version }) => scoreOf(`small@${version}`, 400, version === '1.1.0' ? 0.68 : 0.69);
const promote = () => open().promote('small', '1.1.0', scores, HOURS_30);

describe('which versions trade', () => {
  test('what ships votes; what was made here is a shadow until it is promoted', () => {
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
  });

  test('of what ships only those vote that its line-up names; the rest are shadows until they are promoted', () => {
    const lineUp = join(root, 'shipped', 'line-up.json');
    writeFileSync(lineUp, '{ "vote": [] }');
    expect(live()).toEqual(['small 1.1.0 shadow']);
    rmSync(join(root, 'own'), { recursive: true });
    expect(live()).toEqual(['small 1.0.0 shadow']);
    expect(open().placements()).toHaveLength(1);
    const scored: ScoreOf = ({ version }) => scoreOf(`small@${version}`, 400, 0.68);
    expect(open().promote('small', '1.0.0', () => null, HOURS_30)).toMatchObject({ ok: false });
    expect(open().promote('small', '1.0.0', scored, HOURS_30)).toMatchObject({ ok: true, value: { replaced: null } });
    expect(live()).toEqual(['small 1.0.0 vote']);
    writeFileSync(lineUp, '{ "votes": 1 }');
    expect(() => open()).toThrow(/line-up\.json does not say which models vote/);
  });

  test('a shadow that ships does not vote because standings say so: it takes a signed promotion', () => {
    writeFileSync(join(root, 'shipped', 'line-up.json'), '{ "vote": [] }');
    rmSync(join(root, 'own'), { recursive: true });
    const standings = { schemaVersion: 1, models: { small: { live: '1.0.0', before: [] } } };
    writeFileSync(join(root, 'standings.json'), JSON.stringify(standings));
    expect(live()).toEqual(['small 1.0.0 shadow']);
  });

  test('a version whose licence has ended does not take the place of one that may still trade', async () => {
    const { card, ...rest } = await goodVersion('1.1.0');
    await writePackage({ ...rest, card: { ...card, licensedUntilMs: HOURS_30 } }, join(root, 'own'));
    expect(promote()).toMatchObject({
      ok: false,
      error: { kind: 'gate', text: 'small 1.1.0 may not trade: its licence ended on 1970-01-02' },
    });
  });

  test('a promoted version votes, also after a restart, and back is one step', () => {
    expect(promote()).toMatchObject({ ok: true, value: { action: 'promoted', version: '1.1.0', replaced: '1.0.0' } });
    expect(live()).toEqual(['small 1.1.0 vote']);
    expect(open().wayBack('small')).toEqual({ version: '1.0.0' });
    expect(open().rollback('small', HOURS_30 + 1)).toMatchObject({
      ok: true,
      value: { action: 'rolled-back', version: '1.0.0' },
    });
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
    expect(open().rollback('small', HOURS_30 + 2)).toMatchObject({ ok: false, error: { kind: 'none-before' } });
  });

  test('the first of its name trades after the gate, and out of the vote again it is a shadow', async () => {
    rmSync(join(root, 'shipped'), { recursive: true });
    expect(live()).toEqual(['small 1.1.0 shadow']);
    expect(promote()).toMatchObject({ ok: true, value: { action: 'promoted', replaced: null } });
    expect(live()).toEqual(['small 1.1.0 vote']);
    expect(open().wayBack('small')).toEqual({ version: null });
    expect(open().rollback('small', HOURS_30 + 1)).toMatchObject({
      ok: true,
      value: { action: 'withdrawn', version: '1.1.0', replaced: null },
    });
    expect(live()).toEqual(['small 1.1.0 shadow']);
    expect(open().wayBack('small')).toBeNull();
    expect(open().promote('small', '1.1.0', scores, HOURS_30 + 2)).toMatchObject({ ok: true });
    expect(live()).toEqual(['small 1.1.0 vote']);
  });

  test('a verdict of no edge keeps it out of the vote, whatever it did live', async () => {
    const { card, ...rest } = await goodVersion('1.1.0');
    await writePackage({ ...rest, card: { ...card, edge: { ...card.edge, verdict: 'none' } } }, join(root, 'own'));
    const refused = open().promote('small', '1.1.0', scores, HOURS_30);
    expect(refused).toMatchObject({ ok: false, error: { kind: 'gate', text: expect.stringContaining('edge: none') } });
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
  });

  test('a version that cannot vote has no seat, whoever put it there', async () => {
    const { card, ...rest } = await goodVersion('1.1.0');
    const label: LabelSpec = { kind: 'move', horizons: [3], volatilityBars: 48 };
    const question = { ...card.question, label, trendFeature: null };
    await writePackage({ ...rest, card: { ...card, question } }, join(root, 'own'));
    expect(open().cardOf('small', '1.1.0')).toBeNull();
    expect(open().promote('small', '1.1.0', scores, HOURS_30)).toMatchObject({ ok: false });
  });

  test('what has not earned it is refused with the first reason, and nothing is written', () => {
    const refused = open().promote('small', '1.1.0', () => null, HOURS_30);
    expect(refused).toMatchObject({ ok: false, error: { kind: 'gate' } });
    if (!refused.ok)
      expect(refused.error.text).toMatch(/^small 1\.1\.0 may not trade: shadow: 0 forecasts .*\(and 1 more\)$/);
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
    expect(readdirSync(root).sort()).toEqual(['installation.key', 'own', 'shipped']);
  });

  test.each([
    ['small', '9.9.9', 'there is no small 9.9.9'],
    ['small', '1.0.0', 'small 1.0.0 trades already'],
  ])('%s %s: %s', (model, version, text) => {
    expect(open().promote(model, version, scores, HOURS_30)).toMatchObject({ ok: false, error: { text } });
  });
});

describe('the signed record', () => {
  const file = () => join(root, 'promotions', readdirSync(join(root, 'promotions'))[0] as string);

  test('says what was found, and bears this installation’s signature', () => {
    promote();
    const [record] = readPromotions(join(root, 'promotions'), key());
    expect(record).toMatchObject({ action: 'promoted', model: 'small', version: '1.1.0', build: '0.1.0' });
    expect(record?.checks.map(({ name, passed }) => `${name} ${passed}`)).toEqual([
      'validation true',
      'leakage true',
      'calibration true',
      'shadow true',
      'champion true',
    ]);
  });

  test('changed by one letter is none, and what it let trade trades no longer', () => {
    promote();
    writeFileSync(
      file(),
      readFileSync(file(), 'utf8').replace('0.012', '0.011').replace('"build": "0.1.0"', '"build": "0.1.1"'),
    );
    expect(readPromotions(join(root, 'promotions'), key())).toEqual([]);
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
  });

  test('of another installation is none', () => {
    promote();
    rmSync(join(root, 'installation.key'));
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
  });

  test('does not cover other files that took the version’s place', async () => {
    promote();
    await writePackage(await goodVersion('1.1.0', 99), join(root, 'own'));
    expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
  });

  test('nor does a way back let other files trade than those that did', async () => {
    promote();
    await writePackage(await goodVersion('1.2.0', 7), join(root, 'own'));
    const later: ScoreOf = ({ version }) => scoreOf(`small@${version}`, 400, version === '1.2.0' ? 0.67 : 0.68);
    expect(open().promote('small', '1.2.0', later, HOURS_30 + 1)).toMatchObject({ ok: true });
    await writePackage(await goodVersion('1.1.0', 99), join(root, 'own'));
    expect(open().rollback('small', HOURS_30 + 2)).toMatchObject({
      ok: false,
      error: { kind: 'gate', text: 'the files of small 1.1.0 are not those that traded' },
    });
    expect(live()).toEqual(['small 1.2.0 vote']);
  });
});

test('what calls itself as a version that ships does is not looked at', async () => {
  await writePackage(await goodVersion('1.0.0', 99), join(root, 'own'));
  const shipped = readCard({ model: 'small', version: '1.0.0', modelsDir: join(root, 'shipped') });
  expect(open().cardOf('small', '1.0.0')).toEqual(shipped);
  expect(live()).toEqual(['small 1.0.0 vote', 'small 1.1.0 shadow']);
});

test.skipIf(process.platform === 'win32')('the key is its owner’s alone', () => {
  key();
  expect(statSync(join(root, 'installation.key')).mode & 0o777).toBe(0o600);
});

test('the terms of the shadow period are read from the folder; a file that is none is said to be', () => {
  const path = join(root, 'promotion-gate.json');
  expect(readGateTerms(path)).toEqual({ forecastsMin: 300, hoursMin: 24 });
  writeFileSync(path, '{"schemaVersion":1,"shadow":{"forecastsMin":6,"hoursMin":0}}');
  expect(readGateTerms(path)).toEqual({ forecastsMin: 6, hoursMin: 0 });
  writeFileSync(path, '{"schemaVersion":1,"shadow":{"forecastsMin":0,"hoursMin":0}}');
  expect(() => readGateTerms(path)).toThrow(/promotion-gate\.json does not say .* \(shadow\.forecastsMin: /);
});

test('standings that are damaged are said to be, in one sentence', () => {
  writeFileSync(join(root, 'standings.json'), '{"schemaVersion":1,"models":{"small":');
  expect(() => open()).toThrow(/standings\.json does not say which models trade .*; remove it/);
});

describe('old versions', () => {
  const own = () => readdirSync(join(root, 'own', 'small')).sort();
  const publish = async (from: number, to: number): Promise<void> => {
    for (let minor = from; minor <= to; minor += 1)
      await writePackage(await goodVersion(`1.${minor}.0`), join(root, 'own'));
  };

  test('made here are removed beyond the newest few, with what is known of them', async () => {
    await publish(2, 5);
    const probes = openProbeRecords(join(root, 'probes'), 200 * 2 ** 20);
    await open(probes).place('small', '1.1.0', [smallFeatureSet]);
    expect(readdirSync(join(root, 'probes'))).toHaveLength(1);
    const registry = open(probes);
    expect(registry.removeOld(2).map(({ version }) => version)).toEqual(['1.1.0', '1.2.0', '1.3.0']);
    expect(own()).toEqual(['1.4.0', '1.5.0']);
    expect(readdirSync(join(root, 'probes'))).toEqual([]);
    expect(registry.cardOf('small', '1.2.0')).toBeNull();
    expect(live(registry)).toEqual(['small 1.0.0 vote', 'small 1.5.0 shadow']);
    expect(registry.removeOld(2)).toEqual([]);
    expect(readdirSync(join(root, 'shipped', 'small'))).toEqual(['1.0.0']);
  });

  test('stay where they trade, or where a way back leads', async () => {
    promote();
    await publish(2, 2);
    const later: ScoreOf = ({ version }) => scoreOf(`small@${version}`, 400, version === '1.2.0' ? 0.67 : 0.68);
    await writePackage(await goodVersion('1.2.0', 7), join(root, 'own'));
    expect(open().promote('small', '1.2.0', later, HOURS_30 + 1)).toMatchObject({ ok: true });
    await publish(3, 6);
    expect(
      open()
        .removeOld(2)
        .map(({ version }) => version),
    ).toEqual(['1.3.0', '1.4.0']);
    expect(own()).toEqual(['1.1.0', '1.2.0', '1.5.0', '1.6.0']);
    expect(open().rollback('small', HOURS_30 + 2)).toMatchObject({ ok: true, value: { version: '1.1.0' } });
  });
});

describe('what has to be tried first', () => {
  test('is not served before; what it takes is written down and not tried again', async () => {
    const probes = openProbeRecords(join(root, 'probes'), 200 * 2 ** 20);
    expect(
      open(probes)
        .placements()
        .map(({ version }) => version),
    ).toEqual(['1.0.0']);
    expect(await open(probes).probeRest([smallFeatureSet])).toEqual([]);
    const own = open(probes)
      .placements()
      .find(({ version }) => version === '1.1.0');
    expect(own?.memoryBytes).toBeGreaterThan(0);
    expect(readdirSync(join(root, 'probes'))).toHaveLength(1);
  });

  test('and does not stand the trial is refused with the reason', async () => {
    const bad = await goodVersion('1.2.0');
    bad.model = bad.model.slice(0, 50);
    await writePackage(bad, join(root, 'own'));
    const probes = openProbeRecords(join(root, 'probes'), 200 * 2 ** 20);
    const [refused] = await open(probes).probeRest([smallFeatureSet]);
    expect(refused).toMatchObject({ model: 'small', version: '1.2.0', reason: expect.stringContaining('sha256') });
    expect(
      open(probes)
        .placements()
        .map(({ version }) => version),
    ).toEqual(['1.0.0']);
  });
});
