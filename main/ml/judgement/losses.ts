import type { Task } from '../families/task.ts';

const PROBABILITY_LEAST = 1e-12;

/** What an answer that knows nothing of a sample would be: rates, mean or quantiles of the targets it may know. */
export function naiveAnswer(task: Task, targets: Float32Array): number[] {
  const count = targets.length;
  const mean = (of: (target: number) => number): number => targets.reduce((sum, target) => sum + of(target), 0) / count;
  switch (task.kind) {
    case 'binary':
    case 'regression':
      return [mean((target) => target)];
    case 'multiclass':
      return task.classes.map((_, k) => mean((target) => (target === k ? 1 : 0)));
    case 'quantile': {
      const sorted = targets.slice().sort();
      return task.levels.map((level) => sorted[Math.min(count - 1, Math.floor(level * count))]!);
    }
  }
}

/** Loss of one answer: log loss of probabilities, squared miss of a value, mean pinball loss of quantiles. */
export function lossOf(task: Task, answer: ArrayLike<number>, at: number, target: number): number {
  switch (task.kind) {
    case 'binary':
      return -Math.log(Math.max(target === 1 ? answer[at]! : 1 - answer[at]!, PROBABILITY_LEAST));
    case 'multiclass':
      return -Math.log(Math.max(answer[at + target]!, PROBABILITY_LEAST));
    case 'regression':
      return (answer[at]! - target) ** 2;
    case 'quantile':
      return (
        task.levels.reduce((sum, level, k) => {
          const miss = target - answer[at + k]!;
          return sum + (miss > 0 ? level * miss : (level - 1) * miss);
        }, 0) / task.levels.length
      );
  }
}
