import type { Step } from './operations.ts';
import { type History, type Outcome, type RunOptions, simulateHistory } from './simulate-seed.ts';

/** Deeds that are left out leave their time behind; times in a row become one. */
function without(steps: readonly Step[], from: number, size: number): Step[] {
  const out: Step[] = [];
  for (const [index, step] of steps.entries()) {
    const isOut = index >= from && index < from + size;
    const last = out.at(-1);
    if (!isOut && step.deed.do !== 'wait') out.push(step);
    else if (last) out[out.length - 1] = { ...last, waitMs: last.waitMs + step.waitMs };
    else out.push({ ...step, deed: { do: 'wait' } });
  }
  return out;
}

/** The shortest history found that breaks the same rule, by leaving out ever smaller runs of steps. */
export async function shrink(failed: Outcome, triesMax: number, options: RunOptions = {}): Promise<Outcome> {
  const rule = failed.violation?.rule;
  let best = failed;
  let tries = 0;
  const stillFails = async (steps: readonly Step[]): Promise<boolean> => {
    if (steps.length >= best.steps.length) return false;
    tries += 1;
    const outcome = await simulateHistory({ ...failed, steps }, options);
    if (outcome.violation?.rule !== rule) return false;
    best = outcome;
    return true;
  };
  for (let size = Math.ceil(best.steps.length / 2); size >= 1 && tries < triesMax; ) {
    let shorter = false;
    for (let from = 0; from < best.steps.length && tries < triesMax; ) {
      const { steps } = best;
      if ((await stillFails(steps.toSpliced(from, size))) || (await stillFails(without(steps, from, size))))
        shorter = true;
      else from += size;
    }
    if (size === 1 && !shorter) break;
    if (size > 1) size = Math.ceil(size / 2);
  }
  return best;
}

/** What failed, and its history as it is pinned: `pinned/` says how. */
export function describeHistory({ seed, shape, steps, violation }: Outcome): string {
  return `seed ${seed}: ${violation?.message ?? 'holds'}\nin ${steps.length} steps:\n${recorded({ seed, shape, steps })}`;
}

/** JSON with a line to a step. */
function recorded({ seed, shape, steps }: History): string {
  const lines = steps.map((step) => `    ${JSON.stringify(step)}`);
  return `{\n  "seed": ${seed},\n  "shape": ${JSON.stringify(shape)},\n  "steps": [\n${lines.join(',\n')}\n  ]\n}`;
}
