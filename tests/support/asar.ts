import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface AsarFile {
  readonly size: number;
  /** Where it begins in the archive; absent when it lies beside it. */
  readonly offset?: string;
  readonly unpacked?: boolean;
}
interface AsarFolder {
  readonly files: Readonly<Record<string, AsarFile | AsarFolder>>;
}

/** An Electron archive: a length-prefixed JSON table of contents, then the files one after the other. */
export interface Asar {
  /** Paths within it, those of files that lie beside it included. */
  readonly paths: readonly string[];
  isUnpacked(path: string): boolean;
  /** Writes everything into a folder, as the app sees it. */
  extract(to: string): void;
}

export function openAsar(path: string): Asar {
  const bytes = readFileSync(path);
  const filesAt = 8 + bytes.readUInt32LE(4);
  const json = bytes.subarray(16, 16 + bytes.readUInt32LE(12)).toString();
  const entries = new Map<string, AsarFile>();
  const walk = ({ files }: AsarFolder, prefix: string): void => {
    for (const [name, entry] of Object.entries(files)) {
      if ('files' in entry) walk(entry, `${prefix}${name}/`);
      else entries.set(`${prefix}${name}`, entry);
    }
  };
  walk(JSON.parse(json) as AsarFolder, '');
  return {
    paths: [...entries.keys()],
    isUnpacked: (name) => entries.get(name)?.unpacked === true,
    extract(to) {
      for (const [name, { offset, size, unpacked }] of entries) {
        const target = join(to, name);
        mkdirSync(dirname(target), { recursive: true });
        if (unpacked || offset === undefined) continue;
        const start = filesAt + Number(offset);
        writeFileSync(target, bytes.subarray(start, start + size));
      }
      cpSync(`${path}.unpacked`, to, { recursive: true });
    },
  };
}
