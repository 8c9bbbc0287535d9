import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MODELS_DIR } from '../../../main/product.ts';

const RUN_MODEL = `
  const { openModelSession } = await import(process.env.MODULE);
  const { readFileSync } = await import('node:fs');
  const session = await openModelSession(readFileSync(process.env.MODEL));
  process.exit(session ? 0 : 1);
`;

it('the inference library keeps no id of the machine and no cache of reports', async () => {
  const home = mkdtempSync(join(tmpdir(), 'countersign-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const temp = join(home, 'temp');
  mkdirSync(temp);
  const { ORT_DISABLE_TELEMETRY: _off, CI: _ci, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', RUN_MODEL], {
    env: {
      ...env,
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      TMPDIR: temp,
      MODULE: join(import.meta.dirname, '../../../main/ml/host/model-session.ts'),
      MODEL: join(MODELS_DIR, 'reversal-gbt/1.0.0/model.onnx'),
    },
    stdio: 'inherit',
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect([readdirSync(temp), readdirSync(home)]).toEqual([[], ['temp']]);
});
