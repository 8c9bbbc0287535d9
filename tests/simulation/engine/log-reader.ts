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
      const [read, knows] = [this.#pipeline, engine.pipeline].map((each) => stable(each[stage].view.snapshot()));
      hold(read === knows, 'rebuilt-from-the-log', () => `${stage}:\n${firstDifference(read ?? '', knows ?? '')}`);
    }
  }
}

/** Maps, sets and bigints as text in one order. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return `${each}n`;
    if (each instanceof Map) return [...each];
    if (each instanceof Set) return [...each];
    return each;
  });

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return `…${a.slice(Math.max(0, at - 200), at + 200)}…\n…${b.slice(Math.max(0, at - 200), at + 200)}…`;
}
