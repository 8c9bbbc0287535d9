import { implement } from '@orpc/server';
import { type LabMessage, labContract } from '../../../preload/lab-contract.ts';
import type { Timers } from '../kernel/clock.ts';
import { answer, done } from './lab-answer.ts';
import type { LabCandles, LabPort } from './lab-port.ts';
import { watchRows } from './row-feed.ts';

/** The lab's part of the contract. */
export function labRoutes(lab: LabPort, timers: Timers) {
  const os = implement(labContract);
  const source = { rows: () => lab.runs(), onChange: (listener: () => void) => lab.onChange(listener) };
  async function* watch(signal: AbortSignal | undefined): AsyncGenerator<LabMessage> {
    for await (const { first, rows, removed } of watchRows(source, timers, signal))
      yield { first, runs: rows, removed, older: lab.older() };
  }
  return {
    labCatalogue: os.labCatalogue.handler(() => lab.catalogue()),
    labShelves: os.labShelves.handler(async () => answer(await lab.shelves())),
    labOwnStrategies: os.labOwnStrategies.handler(async () => answer(await lab.ownStrategies())),
    labLook: os.labLook.handler(async ({ input }) => answer(await lab.look(input.source))),
    startLabRun: os.startLabRun.handler(({ input }) => {
      const started = lab.start(input);
      return answer(started.ok ? { ok: true, value: { runId: started.value } } : started);
    }),
    cancelLabRun: os.cancelLabRun.handler(({ input }) => done(lab.cancel(input.runId))),
    watchLab: os.watchLab.handler(({ signal }) => watch(signal)),
    labOlderRuns: os.labOlderRuns.handler(async () => {
      await lab.more();
      return { ok: true as const };
    }),
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

const listsOf = ({ openTimeMs, open, high, low, close, volume }: LabCandles) => ({
  openTimeMs: [...openTimeMs],
  open: [...open],
  high: [...high],
  low: [...low],
  close: [...close],
  volume: [...volume],
});
