/** What a model answers, and so what its graph puts out. */
export type Task =
  | { readonly kind: 'binary' }
  | { readonly kind: 'multiclass'; readonly classes: readonly string[] }
  | { readonly kind: 'regression' }
  /** Levels ascend, each between 0 and 1. */
  | { readonly kind: 'quantile'; readonly levels: readonly number[] };

export type TaskKind = Task['kind'];

/** Numbers per sample: one, one for each class, or one for each quantile. */
export function outputCount(task: Task): number {
  if (task.kind === 'multiclass') return task.classes.length;
  return task.kind === 'quantile' ? task.levels.length : 1;
}
