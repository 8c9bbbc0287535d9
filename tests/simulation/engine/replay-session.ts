import type { InputEvent } from '../../../main/engine/domain/events.ts';
import { createCore } from '../../../main/engine/kernel/core.ts';
import { createPipeline } from '../../../main/engine/pipeline.ts';
import { hold } from './bookkeeper.ts';
import { CARD, type World } from './world.ts';

/** The present session again, from its log: the same inputs must lead to the same decisions. Only between two inputs. */
export function checkReplay(world: World): void {
  const { inputs } = world.disk;
  if (!inputs) return;
  const core = createCore({
    journal: { append: () => 0, commit: () => {} },
    stages: createPipeline([CARD]).stages,
    perform: () => {},
    onEvent: () => {},
  });
  for (const record of world.disk.open().ledger.slice(0, world.sessionFrom)) core.restore(record);
  for (const { event, timeMs } of inputs) core.dispatch(JSON.parse(JSON.stringify(event)) as InputEvent, timeMs);
  const [was, is] = [world.engine.decisionHash(), core.decisionHash()];
  hold(was === is, 'replay', () => `session ${world.sessions}: ${inputs.length} inputs led to other decisions`);
}

/** What a new process would know from the log is what this one knows. */
export function checkRebuilt(world: World): void {
  const fresh = createPipeline([CARD]);
  const core = createCore({
    journal: { append: () => 0, commit: () => {} },
    stages: fresh.stages,
    perform: () => {},
    onEvent: () => {},
  });
  for (const record of world.disk.open().ledger) core.restore(record);
  const { execution, ledger } = world.engine.pipeline;
  const said = (snapshot: unknown): string => stable(snapshot);
  hold(
    said(fresh.execution.view.snapshot()) === said(execution.view.snapshot()),
    'rebuilt-from-the-log',
    () => `execution:\n${firstDifference(said(fresh.execution.view.snapshot()), said(execution.view.snapshot()))}`,
  );
  hold(
    said(fresh.ledger.view.snapshot()) === said(ledger.view.snapshot()),
    'rebuilt-from-the-log',
    () => `ledger:\n${firstDifference(said(fresh.ledger.view.snapshot()), said(ledger.view.snapshot()))}`,
  );
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
