import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file whole or not at all: whoever reads it, after whatever crash, finds the old bytes or the new.
 * @param mode of a file that is new
 */
export function writeWhole(path: string, bytes: Uint8Array, mode = 0o666): void {
  const unfinished = `${path}.unfinished`;
  const file = openSync(unfinished, 'w', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  syncFolder(dirname(path));
}

/** Makes a rename within the folder survive a power cut. Windows has no such call for folders, and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const HASH_BYTES = 32;
const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** As `writeWhole`, with a hash in front. */
export const writeSealed = (path: string, bytes: Uint8Array): void =>
  writeWhole(path, Buffer.concat([hashOf(bytes), bytes]));

/** What was sealed, or null where there is no such file or its bytes are not those that were written. */
export function readSealed(path: string): Uint8Array | null {
  let sealed: Buffer;
  try {
    sealed = readFileSync(path);
  } catch {
    return null;
  }
  const bytes = sealed.subarray(HASH_BYTES);
  return sealed.subarray(0, HASH_BYTES).equals(hashOf(bytes)) ? bytes : null;
}
