import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FAMILIES } from '../../../../main/ml/families/families.ts';
import { gradientBoosting } from '../../../../main/ml/families/gradient-boosting.ts';
import { judge } from '../../../../main/ml/judgement/judge.ts';
import { settingsOf } from '../../../../main/ml/settings.ts';
import { type ChoiceSearch, chooseSettings, triedBefore } from '../../../../main/ml/tuning/choose-settings.ts';
import { holdOut } from '../../../../main/ml/tuning/held-out.ts';
import { type SettingsSearch, searchSettings, spaceOfFamily } from '../../../../main/ml/tuning/search-settings.ts';
import { openTrialBook, questionKey } from '../../../../main/ml/tuning/trial-book.ts';
import { TRIED_SETTING_TEXT, type TriedSetting } from '../../../../main/ml/tuning/try-setting.ts';
import { openSearchLog } from '../../../../main/search/search-log.ts';
import type { Trial } from '../../../../main/search/trial.ts';
import { plantedSignal } from '../../../support/planted-signal.ts';

const HOUR_MS = 3_600_000;
const dir = mkdtempSync(join(tmpdir(), 'tuning-'));
afterAll(() => rmSync(dir, { recursive: true }));

const { set, moves } = plantedSignal(2_400, 7, 0.8);
const judged = { set, moves };
const subject = {
  family: gradientBoosting,
  hyperParameters: { trees: 15 },
  task: { kind: 'binary' },
  seed: 5,
} as const;
const trading = { tradedShare: 0.2, feeBpsRoundTrip: 20, embargoMs: 2 * HOUR_MS };
/** Every trial takes a second of this clock for each look at it. */
const slowClock = () => {
  let now = 0;
  return () => {
    now += 1_000;
    return now;
  };
};
const plan = (nowMs = () => 0) => ({ ...judged, ...trading, nowMs });
const search = (over: Partial<SettingsSearch> = {}): SettingsSearch => ({
  trials: 14,
  budgetMs: null,
  log: { earlier: [], append: () => {} },
  ...over,
});

describe('where a family is searched', () => {
  it.each(FAMILIES.map((family) => [family.name, family] as const))('%s: within its limits', (_, family) => {
    const all = settingsOf(family.hyperParameters);
    const { ranges } = spaceOfFamily(family);
    expect(ranges.length).toBeGreaterThan(1);
    for (const { name, least, most, logarithmic } of ranges) {
      const limits = all.find((each) => each.name === name)!;
      expect(least).toBeGreaterThanOrEqual(limits.least);
      expect(most).toBeLessThanOrEqual(limits.most);
      expect(most).toBeGreaterThan(least);
      if (logarithmic) expect(least).toBeGreaterThan(0);
    }
    for (const { label, about, standard, least, most } of all) {
      expect(label).toMatch(/^[A-Z]/);
      expect(about).toMatch(/\.$/);
      expect(standard >= least && standard <= most).toBe(true);
    }
  });
});

describe('a search for settings', { timeout: 120_000 }, () => {
  it('takes the best of what it tried, keeps what was set, and gives up early what is behind', async () => {
    const { trials, best, hyperParameters } = await searchSettings(subject, plan(), search());
    expect(trials).toHaveLength(14);
    const done = trials.filter(({ state }) => state === 'done');
    const pruned = trials.filter(({ state }) => state === 'pruned');
    expect(pruned.length).toBeGreaterThan(0);
    expect(done.every(({ evaluation }) => evaluation!.gain <= best.evaluation!.gain)).toBe(true);
    expect(hyperParameters).toEqual({ trees: 15, ...best.setting });
    expect(best.evaluation!.gain).toBeGreaterThan(0.01);
    // What was given up early saw fewer days, and what it showed there is kept.
    const days = (trial: Trial<TriedSetting>): number => trial.evaluation!.daily.returns.length;
    expect(Math.max(...pruned.map(days))).toBeLessThan(days(best));
  });

  it('goes on after its last trial where it was broken off, to the same end', async () => {
    const whole = await searchSettings(subject, plan(), search());
    const file = join(dir, 'search.jsonl');
    const open = () => {
      const log = openSearchLog(file, { seed: 5 }, TRIED_SETTING_TEXT);
      if (!log.ok) throw new Error(log.error.message);
      return log.value;
    };
    const stop = new AbortController();
    let ended = 0;
    const onTrial = (): void => {
      ended += 1;
      if (ended === 6) stop.abort(new Error('killed'));
    };
    const broken = searchSettings(subject, { ...plan(), signal: stop.signal }, search({ log: open(), onTrial }));
    await expect(broken).rejects.toThrow('killed');
    appendFileSync(file, '{"number":6,"setting":{"lea');
    expect(open().earlier).toHaveLength(6);
    const again: number[] = [];
    const gone = await searchSettings(
      subject,
      plan(),
      search({ log: open(), onTrial: ({ number }) => again.push(number) }),
    );
    expect(again).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
    expect(gone).toEqual(whole);
  });

  it('ends when its time is over, that of earlier sittings counted, and not before one has come to its end', async () => {
    const first = await searchSettings(subject, plan(slowClock()), search({ budgetMs: 1 }));
    expect(first.trials.map(({ state }) => state)).toEqual(['done']);
    const spent = search({ budgetMs: first.best.evaluation!.tookMs, log: { earlier: first.trials, append: () => {} } });
    expect((await searchSettings(subject, plan(), spent)).trials).toEqual(first.trials);
  });

  it('says why where nothing could be tried', async () => {
    const values = { kind: 'quantile', levels: [0.5] } as const;
    const forest = FAMILIES.find(({ name }) => name === 'random-forest')!;
    await expect(
      searchSettings({ ...subject, family: forest, task: values }, plan(), search({ trials: 3 })),
    ).rejects.toThrow('no setting could be tried: a random forest answers no quantiles');
  });
});

describe('what was chosen', { timeout: 120_000 }, () => {
  const book = openTrialBook(join(dir, 'book.jsonl'), questionKey(['a'], '1h', { kind: 'direction' }));
  const choiceSearch: ChoiceSearch = { trials: 8, budgetMs: null, log: { earlier: [], append: () => {} }, book };

  it('is judged on time that no trial saw, and all that was tried is held against it', async () => {
    const seen = new Set<number>();
    const watched = {
      ...gradientBoosting,
      fit: ((training, ...rest) => {
        for (const knownMs of training.knownMs) seen.add(knownMs);
        return gradientBoosting.fit(training, ...rest);
      }) satisfies typeof gradientBoosting.fit,
    };
    const choice = await chooseSettings(
      { ...subject, family: watched },
      judged,
      { ...trading, nowMs: () => 0 },
      choiceSearch,
    );
    const { searched, protocol } = holdOut(judged);
    expect(Math.max(...seen)).toBeLessThanOrEqual(Math.max(...searched.set.knownMs));
    expect(searched.set.rowOf).toHaveLength(1_800);
    expect(searched.moves).toEqual(moves.subarray(0, 1_800));
    expect(choice.protocol).toEqual(protocol);
    expect(choice.tried.others).toHaveLength(7);

    const judgement = await judge({ ...subject, hyperParameters: choice.hyperParameters }, set, {
      ...trading,
      moves,
      protocol: choice.protocol,
      tried: choice.tried,
      resamples: 100,
    });
    expect(judgement.samples).toBe(600);
    expect(judgement.selection.trials).toBe(8);
    expect(judgement.selection.deflatedSharpe).not.toBeNull();
    const alone = { others: [], chosenBy: null };
    const unaware = await judge({ ...subject, hyperParameters: choice.hyperParameters }, set, {
      ...trading,
      moves,
      protocol: choice.protocol,
      tried: alone,
      resamples: 100,
    });
    expect(unaware.selection.deflatedSharpe!).toBeGreaterThanOrEqual(judgement.selection.deflatedSharpe!);
  });

  it('counts what other trainings tried on the same question, and each setting once', async () => {
    // Those of the search before.
    expect(triedBefore(subject, set, book).others).toHaveLength(8);
    const choice = await chooseSettings(subject, judged, { ...trading, nowMs: () => 0 }, choiceSearch);
    expect(choice.tried.others).toHaveLength(7);
    const other = { ...subject, seed: 6 };
    const more = await chooseSettings(other, judged, { ...trading, nowMs: () => 0 }, { ...choiceSearch, trials: 2 });
    expect(more.tried.others).toHaveLength(1 + 8);
    const elsewhere = openTrialBook(join(dir, 'book.jsonl'), questionKey(['b'], '1h', { kind: 'direction' }));
    expect(triedBefore(subject, set, elsewhere).others).toEqual([]);
    const later = { ...set, askedMs: set.askedMs.map((ms) => ms + 1e11), knownMs: set.knownMs.map((ms) => ms + 1e11) };
    expect(triedBefore(subject, later, book).others).toEqual([]);
  });

  it('a line of the book that was cut off is left out, and the next one stands', () => {
    const file = join(dir, 'cut.jsonl');
    const cut = openTrialBook(file, 'q');
    cut.add('a', { fromDay: 3, returns: Float64Array.of(0.1) });
    appendFileSync(file, '\n{"question":"q","sett');
    cut.add('b', { fromDay: 4, returns: Float64Array.of(0.2, 0.3) });
    cut.add('a', { fromDay: 5, returns: Float64Array.of(0.4) });
    expect(cut.othersThan(['b'])).toEqual([{ fromDay: 5, returns: Float64Array.of(0.4) }]);
    expect(cut.othersThan([])).toHaveLength(2);
  });

  it('a book that has grown too large is written anew: each setting as it was tried last, those of longest ago forgotten', () => {
    const file = join(dir, 'large.jsonl');
    const lines = (): string[] => readFileSync(file, 'utf8').trim().split('\n');
    const bytesMax = 2_000;
    const fill = (question: string, setting: string, fromDay: number): void =>
      openTrialBook(file, question, bytesMax).add(setting, { fromDay, returns: new Float64Array(10) });
    for (let day = 0; day < 40; day++) fill('q', 'again', day);
    fill('p', 'elsewhere', 40);
    expect(statSync(file).size).toBeLessThan(2 * bytesMax);
    const kept = openTrialBook(file, 'q', bytesMax);
    expect(kept.othersThan([])).toMatchObject([{ fromDay: 39 }]);
    for (let day = 41; day < 200; day++) fill('q', `setting ${day}`, day);
    expect(statSync(file).size).toBeLessThan(2 * bytesMax);
    const days = kept.othersThan([]).map(({ fromDay }) => fromDay);
    expect(days.at(-1)).toBe(199);
    expect(days).toEqual(Array.from(days, (_, i) => 200 - days.length + i));
    expect(days.length).toBeGreaterThan(5);
    expect(lines().length).toBeLessThan(45);
  });

  it('too few questions are refused in words', () => {
    const few = plantedSignal(500, 1);
    expect(() => holdOut(few)).toThrow(
      '375 questions before the time that is held out are too few to search by: 400 are',
    );
  });
});
