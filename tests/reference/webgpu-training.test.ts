import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { softwareVulkan } from '../support/software-vulkan.ts';

const SCRIPT = join(import.meta.dirname, '../support/webgpu-steps.ts');
const FAMILIES = ['mlp', 'lstm', 'cnn', 'transformer', 'temporal-fusion', 'state-space'];

interface Line {
  readonly name: string;
  /** Largest difference of a weight, and of a loss on the way, between CPU and GPU. */
  readonly apart: number;
  readonly lossApart: number;
  readonly first: number;
  readonly last: number;
}

const driver = process.platform === 'linux' ? softwareVulkan() : null;
if (driver === null)
  console.warn('WebGPU training is not tested: no software Vulkan driver (Chromium brings one on Linux).');

describe.skipIf(driver === null)('training on WebGPU, by a software driver', { timeout: 300_000 }, () => {
  it('puts every node of every net there, and after 15 steps of Adam is where the CPU is', async () => {
    const env = { ...process.env, ...driver };
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], { env, timeout: 280_000 });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): Line => JSON.parse(line));
    expect(lines.map(({ name }) => name)).toEqual(FAMILIES);
    for (const { name, apart, lossApart, first, last } of lines) {
      expect(apart, name).toBeLessThan(1e-3);
      expect(lossApart, name).toBeLessThan(1e-3);
      expect(last, name).toBeLessThan(first);
    }
  });
});
