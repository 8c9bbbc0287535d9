import { type Mutation, unit } from './mutation.ts';

/** What stands beside the core: models on a GPU, and runs over history. */
export const BESIDE: readonly Mutation[] = [
  {
    name: 'questions-lost-with-the-gpu',
    breaks: 'what a GPU did not answer the processor answers',
    file: 'main/engine/inference/gpu-beside.ts',
    find: 'for (const question of held.values()) cpu.send(question);',
    replace: '',
    killedBy: [unit('inference/gpu-beside.test.ts')],
  },
  {
    name: 'wish-kept-over-a-hole',
    breaks: 'a backtest fills nothing that the desk would have let go',
    file: 'main/lab/backtest/bar-book.ts',
    find: 'else if (this.#isHeard() && this.#isSigned(qty, close))',
    replace: 'else if (this.#isSigned(qty, close))',
    killedBy: [unit('lab/realistic-fills.test.ts'), unit('lab/exact-gear.test.ts')],
  },
];
