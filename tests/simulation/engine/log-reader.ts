import { inspect } from 'node:util';
import { type Core, createCore } from '../../../main/engine/kernel/core.ts';
import { createPipeline, type Pipeline } from '../../../main/engine/pipeline.ts';
import type { ModelCard } from '../../../main/ml/card.ts';
import { hold } from './bookkeeper.ts';
import type { World } from './world.ts';

/**
 * A process that does nothing but read the log on. It takes only what no crash can take back, so it always knows what a
 * process that started now would know.
 */
export class LogReader {
  readonly #pipeline: Pipeline;
  readonly #core: Core;
  #read = 0;

  constructor(cards: readonly ModelCard[]) {
    this.#pipeline = createPipeline(cards);
    this.#core = createCore({
      journal: { append: () => 0, commit: () => {} },
      stages: this.#pipeline.stages,
      perform: () => {},
      onEvent: () => {},
    });
  }

  /** What a new process would know from the log is what the present one knows. Only where all of the log is safe. */
  check({ disk, engine }: Pick<World, 'disk' | 'engine'>): void {
    hold(disk.synced === disk.ledger.length, 'simulation', () => 'records are on their way to the disk');
    for (const record of disk.readFrom(this.#read)) this.#core.restore(record);
    this.#read = disk.synced;
    for (const stage of ['execution', 'ledger'] as const) {
      const [read, knows] = [this.#pipeline[stage], engine.pipeline[stage]].map(({ view }) => view.durableState());
      const where = difference(read, knows);
      hold(where === null, 'rebuilt-from-the-log', () => `${stage}${where}`);
    }
  }
}

/**
 * Where two values of plain data, maps and sets differ, and how; null where they do not. The order within maps and sets
 * counts, as it does to the stages. Nothing is copied: most of what is compared is equal.
 */
function difference(a: unknown, b: unknown): string | null {
  if (Object.is(a, b)) return null;
  if (a instanceof Map && b instanceof Map) return ofEntries(a, b);
  if (a instanceof Set && b instanceof Set) return ofEntries(a, b);
  if (!isObject(a) || !isObject(b)) return `: ${inspect(a)}, not ${inspect(b)}`;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return `: ${inspect(a)}, not ${inspect(b)}`;
  for (const key of keys) {
    const inside = difference(a[key], b[key]);
    if (inside !== null) return `.${key}${inside}`;
  }
  return null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

type Entries = Iterable<unknown> & { readonly size: number };

function ofEntries(a: Entries, b: Entries): string | null {
  if (a.size !== b.size) return `: ${inspect(a)}, not ${inspect(b)}`;
  const others = b[Symbol.iterator]();
  for (const entry of a) {
    const inside = difference(entry, others.next().value);
    if (inside !== null) return inside;
  }
  return null;
}
