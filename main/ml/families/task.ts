/** What a model answers, and so what its graph puts out. */
export type Task =
  | { readonly kind: 'binary' }
  | { readonly kind: 'multiclass'; readonly classes: readonly string[] }
  | { readonly kind: 'regression'; readonly horizons?: number }
  /** Levels ascend, each between 0 and 1. */
  | { readonly kind: 'quantile'; readonly levels: readonly number[]; readonly horizons?: number };

export type TaskKind = Task['kind'];

/** Points ahead that are answered for at once, a column of targets for each: one unless the task says otherwise. */
export const horizonCount = (task: Task): number => ('horizons' in task ? (task.horizons ?? 1) : 1);

/** Numbers per sample: one, one for each class, or one for each quantile; those of the first horizon first. */
export function outputCount(task: Task): number {
  if (task.kind === 'multiclass') return task.classes.length;
  return horizonCount(task) * (task.kind === 'quantile' ? task.levels.length : 1);
}
