import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';

/** Screen settings: small JSON values by key. */
export interface SettingsFile {
  load(key: string): unknown;
  /** Refuses what would let the settings together outgrow their bound; the file is then as it was. */
  save(key: string, value: unknown): Result<null, SettingsError>;
}

export interface SettingsError {
  readonly kind: 'too-large' | 'unwritable';
  readonly text: string;
}

const BYTES_MAX = 1_000_000;

/** Opens the settings; a file that cannot be read is set aside, told through `onProblem`, and defaults apply. */
export function openSettingsFile(path: string, onProblem: (text: string) => void): SettingsFile {
  const values = new Map<string, unknown>(Object.entries(readValues(path, onProblem)));
  return {
    load: (key) => values.get(key) ?? null,
    save(key, value) {
      const next = new Map(values).set(key, value);
      const json = JSON.stringify(Object.fromEntries(next), null, 1);
      if (json.length > BYTES_MAX) {
        return fail({ kind: 'too-large', text: `the settings would exceed ${BYTES_MAX} bytes with "${key}"` });
      }
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(`${path}.new`, json, { mode: 0o600 });
        renameSync(`${path}.new`, path);
      } catch (error) {
        return fail({ kind: 'unwritable', text: `${path} cannot be written: ${(error as Error).message}` });
      }
      values.set(key, value);
      return ok(null);
    },
  };
}

function readValues(path: string, onProblem: (text: string) => void): Record<string, unknown> {
  if (!existsSync(path)) return {};
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
    throw new Error('not an object');
  } catch (error) {
    renameSync(path, `${path}.damaged`);
    onProblem(`The settings in ${path} were unreadable (${(error as Error).message}); set aside, defaults apply.`);
    return {};
  }
}
