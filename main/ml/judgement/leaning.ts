import { outputCount, type Task } from '../families/task.ts';

/** How sure of a rise each answer is, from -1 to 1; null where an answer says nothing of that. */
export function leaningOf(task: Task, answers: Float32Array): Float64Array | null {
  const width = outputCount(task);
  const count = answers.length / width;
  switch (task.kind) {
    case 'binary':
      return Float64Array.from(answers, (p) => 2 * p - 1);
    case 'regression':
      return Float64Array.from(answers);
    case 'multiclass':
      return Float64Array.from({ length: count }, (_, i) => answers[(i + 1) * width - 1]! - answers[i * width]!);
    case 'quantile':
      return null;
  }
}
