import type { InputEvent } from '../../../main/engine/domain/events.ts';
import { createCore } from '../../../main/engine/kernel/core.ts';
import { createPipeline } from '../../../main/engine/pipeline.ts';
import { hold } from './bookkeeper.ts';
import { CARD } from './sim-models.ts';
import { makerOn } from './sim-strategy.ts';
import type { World } from './world.ts';

/** The present session again, from its log: the same inputs must lead to the same decisions. Only between two inputs. */
export function checkReplay(world: World): void {
  const { inputs } = world.disk;
  if (!inputs) return;
  const core = createCore({
    journal: { append: () => 0, commit: () => {} },
    stages: createPipeline([CARD], makerOn(world.listings)).stages,
    perform: () => {},
    onEvent: () => {},
  });
  for (const record of world.disk.open().ledger.slice(0, world.sessionFrom)) core.restore(record);
  for (const { event, timeMs } of inputs) core.dispatch(JSON.parse(JSON.stringify(event)) as InputEvent, timeMs);
  const [was, is] = [world.engine.decisionHash(), core.decisionHash()];
  hold(was === is, 'replay', () => `session ${world.sessions}: ${inputs.length} inputs led to other decisions`);
}
