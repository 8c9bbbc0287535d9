import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeWork } from '../../support/runtime-work.ts';

const support = (file: string): string => join(import.meta.dirname, '../../support', file);

async function workOf(...preloaded: readonly string[]): Promise<RuntimeWork> {
  const args = [...preloaded.flatMap((file) => ['--import', support(file)]), support('runtime-work.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 110_000, maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as RuntimeWork;
}

describe('where no native ONNX Runtime is to be had', () => {
  let native: RuntimeWork;
  let wasm: RuntimeWork;
  beforeAll(async () => {
    [native, wasm] = await Promise.all([workOf(), workOf('no-native-runtime.ts')]);
  }, 120_000);

  it('WebAssembly takes its place, and says why', () => {
    expect(native).toMatchObject({ kind: 'native', why: '' });
    expect(wasm.kind).toBe('wasm');
    expect(wasm.why).toContain('onnxruntime_binding.node');
  });

  it('and no WebAssembly either, what is said is why the native one does not load', async () => {
    await expect(workOf('no-native-runtime.ts', 'no-wasm-runtime.ts')).rejects.toThrow('onnxruntime_binding.node');
  });

  it('every shipped model loads and answers its golden rows', () => {
    expect(native.models.length).toBeGreaterThanOrEqual(7);
    expect(wasm.models).toEqual(native.models.map(({ name }) => ({ name, provider: 'wasm', refused: null })));
    expect(new Set(native.models.map(({ provider }) => provider))).toEqual(new Set(['cpu']));
  });

  it('every net trains as it does natively', () => {
    expect(Object.keys(wasm.losses)).toEqual(Object.keys(native.losses));
    for (const [name, losses] of Object.entries(native.losses)) {
      for (const [step, loss] of losses.entries()) expect(wasm.losses[name]![step]).toBeCloseTo(loss, 3);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
    }
  });
});
