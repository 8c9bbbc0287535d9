import { faults, type Mutation, pinned, SEEDS, unit } from './mutation.ts';

/** Stops and targets of spot. */
export const PROTECTING: readonly Mutation[] = [
  {
    name: 'stop-stays-small',
    breaks: 'the stop grows with what fills after it was placed',
    file: 'main/engine/execution/protection-plan.ts',
    find: "if (elapsedMs(placedAtMs, input.nowMs) >= STOP_RESIZE_MS) draft.cancels.set(stop.clientOrderId, 'replace-stop');",
    replace: "if (placedAtMs < 0) draft.cancels.set(stop.clientOrderId, 'replace-stop');",
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'stop-does-not-return',
    breaks: 'a stop that made room for a sale comes back when the sale fails',
    file: 'main/engine/execution/protection-plan.ts',
    find: 'const sells = isSale(record) && record.order !== null && isLive(record);',
    replace: 'const sells = isSale(record) && record.order !== null;',
    killedBy: [unit('execution')],
  },
  {
    name: 'stop-larger-than-held',
    breaks: 'stops never sell more than is held',
    file: 'main/engine/execution/protection-plan.ts',
    find: '  let pool = input.held;',
    replace: '  let pool = input.held * 2n;',
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'old-stop-sells-another-trade',
    breaks: 'a stop’s fill takes from its own trade alone, however late it comes',
    file: 'main/engine/execution/apply-fill.ts',
    find: '    if (record.coveredBy !== null && record.coveredBy !== id) continue;\n',
    replace: '',
    killedBy: [unit('execution'), faults('fills', 'old-stops-fill')],
  },
  {
    name: 'stop-off-the-tick',
    breaks: 'a stop that no longer fits the venue’s tick is placed at the next price that does',
    file: 'main/engine/domain/money.ts',
    find: `return atoms % tickSize === 0n
    ? price`,
    replace: `return atoms > 0n
    ? price`,
    killedBy: [unit('execution'), faults('submit-path', 'tick-grows-before-the-stop')],
  },
  {
    name: 'stop-drowned-in-size',
    breaks: 'a stop is spoken of however much is held without one',
    file: 'main/engine/execution/execution-view.ts',
    find: 'const all = stopped.length > 0 ? stopped : held;',
    replace: 'const all = held;',
    killedBy: [unit('execution'), pinned('stop-beside-much-without')],
  },
];
