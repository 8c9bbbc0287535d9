import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Mutation } from './mutation.ts';

const NOT_COPIED: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist']);

/** The text with the mutation in it. @throws Error unless the text to replace stands there exactly once */
export function mutate(text: string, { name, file, find, replace }: Mutation): string {
  const times = text.split(find).length - 1;
  if (times === 1) return text.replace(find, () => replace);
  throw new Error(`mutation ${name}: ${file} holds its text ${times} times, not once: ${JSON.stringify(find)}`);
}

/** A copy of the tree to break, with the installed packages of the original; deleted with `end`. */
export class ThrowawayTree {
  readonly path: string;

  constructor(root: string) {
    this.path = mkdtempSync(join(tmpdir(), 'countersign-mutations-'));
    cpSync(root, this.path, { recursive: true, filter: (source) => !NOT_COPIED.has(basename(source)) });
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'), 'junction');
  }

  /** Breaks the tree, acts, and mends it again. */
  broken<T>(mutation: Mutation, act: () => T): T {
    const path = join(this.path, mutation.file);
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, mutate(whole, mutation));
    try {
      return act();
    } finally {
      writeFileSync(path, whole);
    }
  }

  end(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
