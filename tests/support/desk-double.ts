/**
 * A desk that is not one: the contract's router over an in-memory market, for looking at and testing the renderer alone.
 *
 * It answers every request believably and decides nothing. Product code never imports it.
 */
import { implement } from '@orpc/server';
import { boardsRoutes } from '../../main/engine/gateway/boards-routes.ts';
import { gapRoutes } from '../../main/engine/gateway/gap-routes.ts';
import { labRoutes } from '../../main/engine/gateway/lab-routes.ts';
import { trainingRoutes } from '../../main/engine/gateway/training-routes.ts';
import { trustRoutes } from '../../main/engine/gateway/trust-routes.ts';
import { systemTimers } from '../../main/engine/kernel/clock.ts';
import type { DeskMessage, DeskPatch, DeskSnapshot, Done, MarketFrame, Proposal } from '../../preload/contract.ts';
import { CONTRACT_VERSION, contract } from '../../preload/contract.ts';
import { createDoubleMarket } from './desk-double-market.ts';
import { doubleDesk, proposalFor } from './desk-double-state.ts';
import { createMemoryBoards } from './memory-boards.ts';
import { createMemoryGap } from './memory-gap.ts';
import { createMemoryLab } from './memory-lab.ts';
import { createMemoryTraining } from './memory-training.ts';
import { createMemoryTrust } from './memory-trust.ts';

const PATCH_LOG_MAX = 500;
const done: Done = { ok: true };
const refused = (code: string, text: string): Done => ({ ok: false, error: { code, text } });

/** One desk; several screens may watch it. `script` hands tests the levers that the market would pull. */
export function createDeskDouble(options: { seed?: number; lively?: boolean } = {}) {
  const market = createDoubleMarket(options.seed ?? 7);
  const desk: DeskSnapshot = doubleDesk(market);
  const settings = new Map<string, unknown>();
  const patches: DeskMessage[] = [];
  const listeners = new Set<() => void>();
  let revision = 1;
  let nextId = 100;
  let contractVersion: number = CONTRACT_VERSION;
  /** As if an update had taken over. */
  const speak = (version: number): void => {
    contractVersion = version;
  };

  function publish(patch: DeskPatch): void {
    revision += 1;
    patches.push({ type: 'patch', revision, engineTimeMs: Date.now(), desk: patch });
    if (patches.length > PATCH_LOG_MAX) patches.shift();
    for (const wake of listeners) wake();
  }

  function journal(text: string, kind: string, severity: 'info' | 'good' | 'warn' | 'bad' = 'info') {
    const seq = (desk.journal[0]?.seq ?? 18_000) + 1;
    const entry = { seq, timeMs: Date.now(), kind, text, instrumentId: null, severity };
    desk.journal.unshift(entry);
    return entry;
  }

  function setProposal(proposalId: string, change: Partial<Proposal>, text: string): void {
    const index = desk.proposals.findIndex((row) => row.id === proposalId);
    const before = desk.proposals[index];
    if (!before) return;
    const after = { ...before, ...change };
    desk.proposals[index] = after;
    publish({ proposals: [after], journal: [journal(text, `proposal-${after.state}`)] });
  }

  function addProposal(index: number): Proposal {
    const made = proposalFor(market, index, `p-${nextId++}`);
    desk.proposals.push(made);
    publish({
      proposals: [made],
      journal: [journal(`${made.agent} proposes ${made.side} ${made.symbol}.`, 'proposed')],
    });
    return made;
  }

  const timer = setInterval(() => {
    market.tick();
    const now = Date.now();
    for (const row of desk.proposals) {
      if ((row.state === 'pending' || row.state === 'asks-again') && row.expiresAtMs < now) {
        setProposal(
          row.id,
          { state: 'lapsed', stateNote: 'nobody answered in time' },
          `${row.symbol} proposal lapsed.`,
        );
      }
    }
    if (options.lively !== false && Math.random() < 0.002) addProposal(Math.floor(Math.random() * 6));
  }, 100);

  const slow = setInterval(() => {
    desk.health = { ...desk.health, feedAgeMs: 40 + Math.random() * 60, logEvents: desk.health.logEvents + 37 };
    publish({ health: desk.health });
  }, 1000);

  const os = implement(contract);
  const router = os.router({
    hello: os.hello.handler(() => ({
      contractVersion,
      product: 'Countersign',
      version: '0.1.0',
      sessionId: 'double',
      mode: 'practice' as const,
      venue: 'Binance spot (practice)',
      source: { kind: 'generated' as const, description: 'generated, seed 7' },
      startedAtMs: Date.now() - 3_600_000,
      instruments: market.instruments,
      indicators: market.indicators,
    })),
    watchDesk: os.watchDesk.handler(async function* ({ input, signal }) {
      let sent = revision;
      const missed = patches.filter((patch) => patch.revision > (input.sinceRevision ?? Number.POSITIVE_INFINITY));
      if (input.sinceRevision !== undefined && missed[0]?.revision === input.sinceRevision + 1) yield* missed;
      else yield { type: 'snapshot' as const, revision, engineTimeMs: Date.now(), desk: structuredClone(desk) };
      while (!signal?.aborted) {
        await waitForWake(listeners, signal);
        const fresh = patches.filter((patch) => patch.revision > sent);
        sent = revision;
        yield* fresh;
      }
    }),
    watchMarket: os.watchMarket.handler(async function* ({ input, signal }): AsyncGenerator<MarketFrame> {
      let frame = 0;
      while (!signal?.aborted) {
        yield market.frame(input, frame++);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    }),
    chartHistory: os.chartHistory.handler(({ input }) => market.history(input)),
    approveProposal: os.approveProposal.handler(({ input }) => {
      const row = desk.proposals.find((candidate) => candidate.id === input.proposalId);
      if (!row) return refused('not-found', 'That proposal is gone.');
      if (row.state !== 'pending' && row.state !== 'asks-again') return refused('ended', `It is already ${row.state}.`);
      setProposal(row.id, { state: 'signed', signedBy: 'you' }, `You signed ${row.side} ${row.qtyBase} ${row.symbol}.`);
      return done;
    }),
    declineProposal: os.declineProposal.handler(({ input }) => {
      setProposal(input.proposalId, { state: 'declined' }, 'You declined a proposal.');
      return done;
    }),
    changeProposal: os.changeProposal.handler(({ input }) => {
      const { qtyBase, entryPrice, stopPrice, targetPrice } = input.change;
      const change: Partial<Proposal> = { state: 'asks-again', stateNote: 'you changed it' };
      if (qtyBase !== undefined) change.qtyBase = qtyBase;
      if (entryPrice !== undefined) change.entryPrice = entryPrice;
      if (stopPrice !== undefined) change.stopPrice = stopPrice;
      if (targetPrice !== undefined) change.targetPrice = targetPrice;
      setProposal(input.proposalId, change, 'You changed a proposal.');
      return done;
    }),
    previewOrder: os.previewOrder.handler(({ input }) => {
      const price = Number(input.limitPrice ?? market.last(input.instrumentId));
      const notional = (Number(input.qtyBase) * price).toFixed(2);
      const tooBig = Number(notional) > 2500;
      const findings = tooBig
        ? [
            {
              code: 'position-notional',
              measured: notional,
              limit: '2500',
              unit: 'quote',
              text: `Position of ${notional} USDT is over the limit of 2,500.`,
            },
          ]
        : [];
      const verdict = { outcome: tooBig ? ('deny' as const) : ('pass' as const), qtyBase: input.qtyBase, findings };
      const stop = input.stopPrice === null ? null : Number(input.stopPrice);
      const riskQuote = stop === null ? null : Math.abs((price - stop) * Number(input.qtyBase)).toFixed(2);
      return { verdict, notionalQuote: notional, riskQuote, worstPrice: null };
    }),
    placeOrder: os.placeOrder.handler(({ input }) => {
      if (!desk.safety.armed && input.side === 'buy') return refused('not-armed', 'Arm first: this order adds risk.');
      const atMs = Date.now();
      const order = {
        ...(desk.orders[0] as DeskSnapshot['orders'][number]),
        clientOrderId: input.requestId,
        venueOrderId: null,
        proposalId: null,
        instrumentId: input.instrumentId,
        symbol: market.symbolOf(input.instrumentId),
        purpose: 'entry' as const,
        side: input.side,
        type: input.type,
        qtyBase: input.qtyBase,
        filledBase: '0',
        limitPrice: input.limitPrice,
        triggerPrice: null,
        averagePrice: null,
        state: 'acknowledged' as const,
        signedBy: 'you',
        createdAtMs: atMs,
        updatedAtMs: atMs,
      };
      desk.orders.push(order);
      publish({ orders: [order], journal: [journal(`You placed ${input.side} ${input.qtyBase}.`, 'order')] });
      return done;
    }),
    cancelOrder: os.cancelOrder.handler(({ input }) => {
      const index = desk.orders.findIndex((row) => row.clientOrderId === input.clientOrderId);
      const before = desk.orders[index];
      if (!before) return refused('not-found', 'No such order.');
      desk.orders[index] = { ...before, state: 'cancelled', cancelRequested: true };
      publish({ orders: [desk.orders[index]] });
      return done;
    }),
    cancelAll: os.cancelAll.handler(() => {
      desk.orders = desk.orders.map((row) => ({ ...row, state: 'cancelled' as const }));
      publish({ orders: desk.orders, journal: [journal('All working orders cancelled.', 'cancel-all', 'warn')] });
      return done;
    }),
    flatten: os.flatten.handler(({ input }) => {
      const leaving = desk.positions.filter((row) => !input.instrumentId || row.instrumentId === input.instrumentId);
      desk.positions = desk.positions.filter((row) => !leaving.includes(row));
      publish({
        removed: { positions: leaving.map((row) => row.instrumentId) },
        journal: [journal('Flattened.', 'flatten', 'warn')],
      });
      return done;
    }),
    acknowledgeDifference: os.acknowledgeDifference.handler(({ input }) => {
      desk.safety = {
        ...desk.safety,
        holds: desk.safety.holds.filter((hold) => hold.difference?.asset !== input.asset),
      };
      publish({ safety: desk.safety });
      return done;
    }),
    setArmed: os.setArmed.handler(({ input }) => {
      desk.safety = { ...desk.safety, armed: input.armed };
      publish({ safety: desk.safety });
      return done;
    }),
    setKillSwitch: os.setKillSwitch.handler(({ input }) => {
      const holds = input.on ? [{ code: 'kill-switch', text: 'The kill switch is on.' }] : [];
      desk.safety = { armed: false, killSwitch: input.on, holds };
      publish({ safety: desk.safety, journal: [journal(`Kill switch ${input.on ? 'on' : 'off'}.`, 'kill', 'bad')] });
      return done;
    }),
    setLimits: os.setLimits.handler(({ input }) => {
      desk.limits = input;
      publish({ limits: input });
      return done;
    }),
    setMandate: os.setMandate.handler(({ input }) => {
      desk.mandate = input.mandate;
      publish({ mandate: input.mandate });
      return done;
    }),
    journalPage: os.journalPage.handler(({ input }) => {
      const older = desk.journal.filter((row) => row.seq < (input.beforeSeq ?? Number.POSITIVE_INFINITY));
      return { entries: older.slice(0, input.limit), more: older.length > input.limit };
    }),
    verifyJournal: os.verifyJournal.handler(() => ({
      ok: true,
      events: desk.health.logEvents,
      firstBadSeq: null,
      text: 'Every event and the head agree.',
    })),
    setDeadManSwitch: os.setDeadManSwitch.handler(() => done),
    changeEnsemble: os.changeEnsemble.handler(() => done),
    promoteModel: os.promoteModel.handler(() => done),
    rollbackModel: os.rollbackModel.handler(() => done),
    startGameDay: os.startGameDay.handler(() => done),
    stopGameDay: os.stopGameDay.handler(() => done),
    loadSetting: os.loadSetting.handler(({ input }) => ({ value: (settings.get(input.key) ?? null) as null })),
    saveSetting: os.saveSetting.handler(({ input }) => {
      settings.set(input.key, input.value);
      return done;
    }),
    ...labRoutes(createMemoryLab().port, systemTimers),
    ...gapRoutes(createMemoryGap().port),
    ...trainingRoutes(createMemoryTraining().port, systemTimers),
    ...boardsRoutes(createMemoryBoards()),
    ...trustRoutes(createMemoryTrust()),
  });

  return {
    router,
    script: { addProposal, setProposal, publish, speak, desk, market },
    close(): void {
      clearInterval(timer);
      clearInterval(slow);
    },
  };
}

function waitForWake(listeners: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      listeners.delete(wake);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    listeners.add(wake);
    signal?.addEventListener('abort', wake);
  });
}
