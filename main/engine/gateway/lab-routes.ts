import { implement } from '@orpc/server';
import { labContract } from '../../../preload/lab-contract.ts';
import type { Result } from '../domain/result.ts';
import type { Timers } from '../kernel/clock.ts';
import { createLabFeed } from './lab-feed.ts';
import type { LabCandles, LabPort, LabRefusal } from './lab-port.ts';

/** The lab's part of the contract. */
export function labRoutes(lab: LabPort, timers: Timers) {
  const feed = createLabFeed(lab, timers);
  const os = implement(labContract);
  return {
    labCatalogue: os.labCatalogue.handler(() => lab.catalogue()),
    labLook: os.labLook.handler(async ({ input }) => answer(await lab.look(input.source))),
    startLabRun: os.startLabRun.handler(({ input }) => {
      const started = lab.start(input);
      return answer(started.ok ? { ok: true, value: { runId: started.value } } : started);
    }),
    cancelLabRun: os.cancelLabRun.handler(({ input }) => done(lab.cancel(input.runId))),
    watchLab: os.watchLab.handler(({ signal }) => feed.watch(signal)),
    labRunDetail: os.labRunDetail.handler(async ({ input }) => answer(await lab.detail(input.runId))),
    labTrades: os.labTrades.handler(async ({ input }) =>
      answer(await lab.trades(input.runId, input.from, input.limit)),
    ),
    labCandles: os.labCandles.handler(async ({ input: { runId, ...asked } }) => {
      const found = await lab.candles(runId, asked);
      if (!found.ok) return answer(found);
      const { columns, barMs, joined } = found.value;
      return answer({ ok: true, value: { candles: listsOf(columns), barMs, joined } });
    }),
    labCompare: os.labCompare.handler(async ({ input }) => answer(await lab.compare(input.runIds))),
    labReport: os.labReport.handler(async ({ input }) => answer(await lab.report(input.runId))),
    labMark: os.labMark.handler(({ input }) => done(lab.mark(input.runId, input.tags, input.note))),
  };
}

function answer<T>(result: Result<T, LabRefusal>) {
  if (result.ok) return { ok: true as const, value: result.value };
  return { ok: false as const, error: { code: result.error.kind, text: result.error.text } };
}

function done(result: Result<null, LabRefusal>) {
  const answered = answer(result);
  return answered.ok ? { ok: true as const } : answered;
}

const listsOf = ({ openTimeMs, open, high, low, close, volume }: LabCandles) => ({
  openTimeMs: [...openTimeMs],
  open: [...open],
  high: [...high],
  low: [...low],
  close: [...close],
  volume: [...volume],
});
