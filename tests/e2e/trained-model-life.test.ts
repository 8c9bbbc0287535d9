/** A model trained here, from its training to the vote, replaced by a better one and taken back, by clicks in the Models workspace. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { openAccountFolder } from '../../main/data-folder.ts';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import { readLane } from '../../main/engine/kernel/log-reader.ts';
import type { Model } from '../../preload/contract.ts';
import type { TrainingPlan } from '../../preload/models-contract.ts';
import { until } from '../support/desk-page.ts';
import { readDesk } from '../support/engine-client.ts';
import { writeTellingCandles } from '../support/telling-market.ts';
import { sharedTerminal } from '../support/terminal.ts';

const NAME = 'gradient-boosting-direction-1m';
const GUESSER = 'random-forest-direction-1m';
/** A training, or a minute's candle, on a busy machine. */
const LIMIT_MS = 180_000;
const TEST_MS = 3 * LIMIT_MS;
const DAYS = 12;
const FORECASTS = 4;

/** What an installation may set: how long it watches. Four forecasts are four settled candles. */
const terminal = sharedTerminal('telling', {}, (dataDir) => {
  const shadow = { forecastsMin: FORECASTS, hoursMin: 0 };
  writeFileSync(join(dataDir, 'promotion-gate.json'), JSON.stringify({ schemaVersion: 1, shadow }));
  writeTellingCandles(join(dataDir, 'half.csv'), { seed: 7, days: DAYS, truth: 0.5, drawnBack: false });
  writeTellingCandles(join(dataDir, 'old.csv'), { seed: 8, days: DAYS, truth: 0.75 });
  writeTellingCandles(join(dataDir, 'new.csv'), { seed: 9, days: DAYS, truth: 0.99 });
});

const model = (page: Page): Locator => page.getByRole('region', { name: 'Model', exact: true });
const list = (page: Page): Locator => page.getByRole('region', { name: 'Models', exact: true });
const standingOf = async (name: string, version: string): Promise<NonNullable<Model['standing']> | null> => {
  const { models } = await readDesk(terminal.engine.client);
  return models.find((row) => row.name === name && row.version === version)?.standing ?? null;
};
const roles = async (): Promise<string> => {
  const { models } = await readDesk(terminal.engine.client);
  return models
    .flatMap(({ name, version, standing }) => (name === NAME && standing ? [`${version} ${standing.role}`] : []))
    .sort()
    .join(', ');
};
const isReady = async (version: string): Promise<boolean> =>
  (await standingOf(NAME, version))?.gate.every(({ passed }) => passed) === true;

/** Trains on candles of the folder and waits until it is judged. Returns its row's title. */
async function train(family: string, file: string, hyperParameters: Record<string, number>): Promise<string> {
  const { client } = terminal.engine;
  const params = { horizonBars: 1, multiple: 1, volatilityBars: 48 };
  const plan: TrainingPlan = {
    data: {
      sources: [{ kind: 'file', path: join(terminal.host.dataDir, file) }],
      timeframe: '1m',
      fromMs: null,
      toMs: null,
      featureSet: 'v1',
      question: { kind: 'direction', params },
    },
    family,
    hyperParameters,
    seed: 1,
    search: null,
  };
  const started = await client.startTraining(plan);
  if (!started.ok) throw new Error(started.error.text);
  const { jobId } = started.value;
  const row = list(terminal.desk.page).locator(`[data-model="${jobId}"]`);
  const said = async (): Promise<string> => ((await row.count()) === 0 ? '' : ((await row.textContent()) ?? ''));
  await until('the training to end', async () => /edge|judge|failed/.test(await said()), LIMIT_MS);
  expect(await said()).toMatch(/edge/);
  return jobId;
}

/** As a person does it: the row, Publish, and yes. */
async function publish(jobId: string, name: string, version: string): Promise<void> {
  const { page } = terminal.desk;
  await list(page).locator(`[data-model="${jobId}"]`).getByRole('button').last().click();
  const publishing = model(page).getByRole('region', { name: 'Publishing' });
  await publishing.getByRole('button', { name: 'Publish', exact: true }).click();
  await publishing.getByRole('button', { name: 'Publish it' }).click();
  const chosen = list(page).locator(`[data-model="${name}/${version}"][data-selected="true"]`);
  await until('the version in front', async () => (await chosen.count()) === 1, LIMIT_MS);
  await until('a shadow', async () => (await standingOf(name, version))?.role === 'shadow', LIMIT_MS);
}

async function promote(version: string): Promise<void> {
  const live = model(terminal.desk.page).getByRole('region', { name: 'Live' });
  await until(`${version} to have shown all that it must`, () => isReady(version), LIMIT_MS);
  await live.getByRole('button', { name: 'Promote', exact: true }).click();
  await live.getByRole('button', { name: 'Promote it' }).click();
  await until('the vote', async () => (await roles()).includes(`${version} vote`), LIMIT_MS);
}

describe('a model that was trained here', () => {
  it(
    'without an edge is scored, and the gate keeps it out of the vote with its reasons',
    async () => {
      await terminal.desk.page.keyboard.press('3');
      const jobId = await train('random-forest', 'half.csv', { trees: 10, leaves: 4 });
      await publish(jobId, GUESSER, '1.0.0');
      await until(
        'live forecasts',
        async () => ((await standingOf(GUESSER, '1.0.0'))?.score?.settled ?? 0) > 0,
        LIMIT_MS,
      );
      const gate = (await standingOf(GUESSER, '1.0.0'))?.gate ?? [];
      expect(gate.find(({ name }) => name === 'validation')).toMatchObject({ passed: false });
      expect(gate.find(({ name }) => name === 'leakage')).toMatchObject({ passed: true });
      const live = model(terminal.desk.page).getByRole('region', { name: 'Live' });
      expect(await live.getByRole('button', { name: 'Promote', exact: true }).isDisabled()).toBe(true);
      const asked = await terminal.engine.client.promoteModel({ model: GUESSER, version: '1.0.0' });
      expect(asked).toMatchObject({ ok: false, error: { code: 'gate', text: expect.stringContaining('edge: none') } });
      expect((await standingOf(GUESSER, '1.0.0'))?.role).toBe('shadow');
    },
    TEST_MS,
  );

  it(
    'with one is published, scored and promoted, and then it votes',
    async () => {
      await publish(await train('gradient-boosting', 'old.csv', { trees: 10, leaves: 4 }), NAME, '1.0.0');
      expect(await roles()).toBe('1.0.0 shadow');
      await promote('1.0.0');
      expect(await roles()).toBe('1.0.0 vote');
    },
    TEST_MS,
  );

  it(
    'trained again on better candles is the next version, takes over, and is taken back',
    async () => {
      await publish(await train('gradient-boosting', 'new.csv', { trees: 20, leaves: 4 }), NAME, '1.0.1');
      expect(await roles()).toBe('1.0.0 vote, 1.0.1 shadow');
      await promote('1.0.1');
      const live = model(terminal.desk.page).getByRole('region', { name: 'Live' });
      await live.getByRole('button', { name: 'Roll back to 1.0.0' }).click();
      await live.getByRole('button', { name: 'Roll back', exact: true }).click();
      await until('the old version to vote', async () => (await roles()).includes('1.0.0 vote'), LIMIT_MS);
      const said = (await readDesk(terminal.engine.client)).journal.map(({ text }) => text);
      for (const text of [
        `${NAME} 1.0.0 is published: it is scored beside what trades and has no vote.`,
        `${NAME} 1.0.0 trades: it passed the gate.`,
        `${NAME} 1.0.1 is published: it is scored beside what trades and has no vote.`,
        `${NAME} 1.0.1 trades in place of 1.0.0: it passed the gate.`,
        `${NAME} 1.0.0 trades again in place of 1.0.1.`,
      ])
        expect(said).toContain(text);
      expect(readdirSync(join(terminal.host.dataDir, 'promotions'))).toHaveLength(3);
    },
    TEST_MS,
  );

  it(
    'has answered every candle since it first voted, by a version that votes',
    async () => {
      const last = async (): Promise<number> => {
        const { models } = await readDesk(terminal.engine.client);
        return models.find(({ name, version }) => name === NAME && version === '1.0.0')?.lastAtMs ?? 0;
      };
      const before = await last();
      await until('one more candle', async () => (await last()) > before, LIMIT_MS);
      expect(terminal.desk.errors).toEqual([]);
      await terminal.host.stop();
      const { asked, answered } = candlesOf(eventsOf(terminal.host.dataDir));
      // The last candle may have been under way when the engine stopped.
      const closes = asked.map(({ closeTimeMs }) => closeTimeMs);
      const whole = asked.filter(({ closeTimeMs }) => closeTimeMs < Math.max(...closes));
      expect(whole.length).toBeGreaterThanOrEqual(FORECASTS);
      expect(whole.filter(({ key }) => !answered.has(key))).toEqual([]);
    },
    TEST_MS,
  );
});

function eventsOf(dataDir: string): readonly EngineEvent[] {
  const { journalDir } = openAccountFolder(dataDir, readdirSync(join(dataDir, 'accounts'))[0] as string);
  const events: { seq: number; event: EngineEvent }[] = [];
  for (const lane of ['ledger', 'market'] as const)
    readLane(journalDir, lane, ({ seq, event }) => void events.push({ seq, event }));
  return events.sort((a, b) => a.seq - b.seq).map(({ event }) => event);
}

/** Candles that closed while a version of the model voted, and those that the version that votes has answered. */
function candlesOf(events: readonly EngineEvent[]) {
  let voter: string | null = null;
  const answered = new Set<string>();
  const asked: { key: string; closeTimeMs: number }[] = [];
  for (const event of events) {
    if (event.kind === 'LineUpSet')
      voter = event.models.find(({ model: name, role }) => name === NAME && role === 'vote')?.version ?? null;
    else if (event.kind === 'FeaturesComputed' && event.timeframe === '1m' && !event.fromHistory && voter !== null)
      asked.push({ key: `${event.instrumentId} ${event.candleCloseTimeMs}`, closeTimeMs: event.candleCloseTimeMs });
    else if (event.kind === 'PredictionArrived' && event.model === NAME && event.version === voter)
      answered.add(`${event.instrumentId} ${event.candleCloseTimeMs}`);
  }
  return { asked, answered };
}
