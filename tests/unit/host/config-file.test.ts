import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readConfig } from '../../../main/config-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'config.yaml');
const readFrom = (text: string) => {
  writeFileSync(path, text);
  return readConfig(path);
};
const RETRAIN = { at: '02:00', days: 30, onDrift: true, coolDownHours: 72 };
const STANDARD = { inference: { gpu: true }, training: { jobsKept: 50, gpu: true, retrain: RETRAIN } };

it('what is not there, or left out, has its standard value', () => {
  expect(readConfig(join(dir, 'none.yaml'))).toEqual(STANDARD);
  expect(readFrom('# nothing\n')).toEqual(STANDARD);
  expect(readFrom('inference:\n  gpu: false\ntraining:\n  retrain:\n    at: 04:30\n    onDrift: false\n')).toEqual({
    inference: { gpu: false },
    training: { jobsKept: 50, gpu: true, retrain: { ...STANDARD.training.retrain, at: '04:30', onDrift: false } },
  });
  expect(readFrom('training: { retrain: { at: off } }').training.retrain.at).toBe('off');
});

it('what is wrong is told in one sentence, with its place', () => {
  expect(() => readFrom('training:\n  retrain:\n    at: 25:00\n')).toThrow(
    `${path}: training.retrain.at: must be a time of day in UTC, as 02:00, or off`,
  );
  expect(() => readFrom('training: { jobsKept: 1 }')).toThrow(`${path}: training.jobsKept: Too small`);
  expect(() => readFrom('trainings: {}')).toThrow(`${path}: Unrecognized key: "trainings"`);
  expect(() => readFrom('a: [')).toThrow(`${path} cannot be read: `);
});
