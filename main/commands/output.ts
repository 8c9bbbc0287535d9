/** How a command ended: `value` is the JSON object, `text` what people read. */
export type Outcome =
  | { readonly exit: 0 | 1; readonly value: object; readonly text: string }
  /** Bad usage or bad input: one sentence that names the file, row and field; `value` where there is more to tell. */
  | { readonly exit: 2; readonly error: string; readonly value?: object };

export const done = (value: object, text: string): Outcome => ({ exit: 0, value, text });
export const failed = (value: object, text: string): Outcome => ({ exit: 1, value, text });
export const badInput = (error: string, value?: object): Outcome => ({ exit: 2, error, ...(value && { value }) });

/** Prints the outcome (JSON alone on stdout with `json`) and sets the exit code. */
export function report(outcome: Outcome, json: boolean): void {
  process.exitCode = outcome.exit;
  if (outcome.exit === 2) {
    process.stderr.write(`${outcome.error}\n`);
    if (json) process.stdout.write(`${JSON.stringify(outcome.value ?? { ok: false, error: outcome.error })}\n`);
  } else {
    process.stdout.write(json ? `${JSON.stringify(outcome.value)}\n` : `${outcome.text}\n`);
  }
}

/** Aligned columns for people; the first row is the header. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
