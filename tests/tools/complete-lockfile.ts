/**
 * Adds to package-lock.json the packages for other platforms that npm left out, because a registry mirror has only this
 * platform's or because node_modules was there already: `npm ci` refuses a lock without them, and other machines need them.
 *
 *     node tests/tools/complete-lockfile.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockEntry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}
export type LockPackages = Readonly<Record<string, LockEntry>>;

const PLATFORMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const CPUS = ['arm64', 'arm', 'armv7', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/** Optional dependencies on one exact version that the lock does not hold, by name. */
export function missingOptional(packages: LockPackages): Map<string, string> {
  const missing = new Map<string, string>();
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!/^\d+\.\d+\.\d+$/.test(version)) continue;
      if (!packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`]) missing.set(name, version);
    }
  }
  return missing;
}

/** A lock entry that names where the package belongs, read from its name: `…-linux-arm64-musl`. */
export function platformEntry(name: string, version: string): LockEntry {
  const parts = name.split('/').at(-1)?.split('-') ?? [];
  const os = parts.find((part) => PLATFORMS.includes(part));
  const cpu = parts.map((part) => (part === 'armv7' ? 'arm' : part)).find((part) => CPUS.includes(part));
  if (!cpu) throw new Error(`${name}: its name does not say for which processor it is`);
  const libc = parts.some((part) => part.startsWith('musl')) ? 'musl' : 'glibc';
  return {
    version,
    cpu: [cpu],
    ...(os === 'linux' && { libc: [libc] }),
    optional: true,
    ...(os && { os: [os] }),
    dev: true,
  };
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> };
  const missing = missingOptional(lock.packages);
  if (!process.argv.includes('--check') && missing.size > 0) {
    for (const [name, version] of missing) lock.packages[`node_modules/${name}`] = platformEntry(name, version);
    const { '': root, ...rest } = lock.packages;
    const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
    lock.packages = { ...(root && { '': root }), ...Object.fromEntries(sorted) };
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  }
  console.log(missing.size === 0 ? 'The lock is complete.' : [...missing.keys()].join('\n'));
}
