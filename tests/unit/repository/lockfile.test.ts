import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LockPackages, missingOptional, platformEntry } from '../../tools/complete-lockfile.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: LockPackages };

describe('package-lock.json', () => {
  it('holds the packages for every platform, without which npm ci refuses it elsewhere', () => {
    expect([...missingOptional(packages).keys()]).toEqual([]);
  });

  it('names no registry, so that every registry serves it', () => {
    expect(Object.entries(packages).filter(([, entry]) => 'resolved' in entry)).toEqual([]);
  });

  it('pins what package.json names, to the exact version', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
  });
});

describe('entries for other platforms', () => {
  it.each([
    ['@biomejs/cli-linux-arm64-musl', { os: ['linux'], cpu: ['arm64'], libc: ['musl'] }],
    ['@oxc-parser/binding-linux-riscv64-gnu', { os: ['linux'], cpu: ['riscv64'], libc: ['glibc'] }],
    ['@oxc-parser/binding-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
    ['@tailwindcss/oxide-wasm32-wasi', { cpu: ['wasm32'] }],
  ])('%s', (name, belongs) => {
    expect(platformEntry(name, '1.2.3')).toEqual({ version: '1.2.3', optional: true, dev: true, ...belongs });
  });
});
