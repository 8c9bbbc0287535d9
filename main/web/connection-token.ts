import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const TOKEN_FORM = /^[A-Za-z0-9_-]{32}$/;

/**
 * What a screen must show to be let in. Kept in `path`, readable by its owner only, so that a screen that was open when
 * the engine ended is let in again after a restart; a file that holds no token is replaced.
 */
export function keptConnectionToken(path: string): string {
  const kept = readToken(path);
  if (kept !== null) return kept;
  const token = randomBytes(24).toString('base64url');
  // A file that is written over keeps its permissions; a new one gets ours.
  rmSync(path, { force: true });
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  return token;
}

function readToken(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return TOKEN_FORM.test(text) ? text : null;
  } catch {
    // None kept yet.
    return null;
  }
}

/** Compares without telling by its duration how much was right. */
export function isConnectionToken(offered: string | null | undefined, expected: string): boolean {
  const a = Buffer.from(offered ?? '', 'utf8');
  const b = Buffer.from(expected, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}
