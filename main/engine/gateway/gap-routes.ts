import { implement } from '@orpc/server';
import { gapContract } from '../../../preload/gap-contract.ts';
import type { Result } from '../domain/result.ts';
import type { GapPort, GapRefusal } from './gap-port.ts';
import { createSignal } from './signal.ts';

/** The gap meter's part of the contract. */
export function gapRoutes(gap: GapPort) {
  const os = implement(gapContract);
  return {
    watchGap: os.watchGap.handler(({ signal }) => watch(gap, signal)),
    measureGap: os.measureGap.handler(() => done(gap.measure())),
    setGapSchedule: os.setGapSchedule.handler(({ input }) => done(gap.setSchedule(input))),
  };
}

async function* watch(gap: GapPort, abort: AbortSignal | undefined) {
  const signal = createSignal();
  const stop = gap.onChange(() => signal.raise());
  try {
    do yield gap.state();
    while (await signal.wait(abort));
  } finally {
    stop();
  }
}

const done = (result: Result<null, GapRefusal>) =>
  result.ok
    ? { ok: true as const }
    : { ok: false as const, error: { code: result.error.kind, text: result.error.text } };
