import { expect } from 'vitest';
import type { contract } from '../../../preload/contract.ts';
import { LAB_FIGURES, LAB_PLAN } from '../../support/memory-lab.ts';
import { IMPORT_PLAN, TRAINING_PLAN } from '../../support/memory-training.ts';
import type { EngineClient } from '../../support/transports.ts';

const REQUEST_ID = '6e0f2c1e-5d0b-4b44-9d7c-2f8a5f6f8a11';
export const MANUAL_ORDER = {
  requestId: REQUEST_ID,
  instrumentId: 'binance:BTC/USDT',
  side: 'buy',
  type: 'limit',
  qtyBase: '0.01',
  limitPrice: '61000',
  stopPrice: null,
  targetPrice: null,
} as const;
export const LIMITS = {
  riskPerTradeShare: 0.01,
  positionNotionalQuoteMax: '1000',
  exposureShareMax: 0.5,
  dailyLossQuoteMax: '100',
  ordersPerMinuteMax: 10,
  priceBandBps: 15,
  quoteAgeMsMax: 1_000,
  approvalTtlMs: 60_000,
  leverageMax: 3,
  liquidationDistanceMin: 0.2,
};
const MANDATE = {
  name: 'small ones',
  notionalQuoteMax: '100',
  minProbability: 0.6,
  instrumentIds: ['binance:BTC/USDT'],
  fromHourUtc: 0,
  toHourUtc: 24,
  validUntilMs: 1,
};
export const CHART = { instrumentId: 'binance:BTC/USDT', timeframe: '1m', indicators: ['rsi:14'] } as const;

type Request = Exclude<keyof typeof contract, 'watchDesk' | 'watchMarket' | 'watchLab' | 'watchGap' | 'watchTraining'>;
/** Of every request of the contract: how to ask, what the engine must have been told, what comes back. */
export const REQUESTS: Record<
  Request,
  { ask: (client: EngineClient) => Promise<unknown>; told?: unknown; answer: Record<string, unknown> }
> = {
  hello: { ask: (c) => c.hello(), answer: { contractVersion: 1, sessionId: 'memory' } },
  chartHistory: {
    ask: (c) => c.chartHistory({ ...CHART, indicators: ['rsi:14'], limit: 2 }),
    answer: {
      candles: {
        openTimeMs: [0, 60_000],
        open: [1, 1],
        high: [2, 2],
        low: [0.5, 0.5],
        close: [1.5, 1.5],
        volume: [10, 11],
      },
    },
  },
  approveProposal: {
    ask: (c) => c.approveProposal({ proposalId: 'p-1', terms: 'as shown' }),
    told: { kind: 'ApproveRequested', proposalId: 'p-1', portion: 'full', terms: 'as shown' },
    answer: { ok: true },
  },
  declineProposal: {
    ask: (c) => c.declineProposal({ proposalId: 'gone', why: 'too late' }),
    told: { kind: 'DeclineRequested', proposalId: 'gone', why: 'too late' },
    answer: { ok: false, error: { code: 'not-found', text: 'That proposal is gone.' } },
  },
  changeProposal: {
    ask: (c) => c.changeProposal({ proposalId: 'p-1', change: { qtyBase: '0.5', targetPrice: null } }),
    told: { kind: 'ChangeRequested', proposalId: 'p-1', change: { qtyBase: '0.5', targetPrice: null } },
    answer: { ok: true },
  },
  previewOrder: {
    ask: (c) => c.previewOrder(MANUAL_ORDER),
    answer: {
      verdict: { outcome: 'pass', qtyBase: '0.01', findings: [] },
      notionalQuote: '100',
      riskQuote: null,
      worstPrice: null,
    },
  },
  placeOrder: {
    ask: (c) => c.placeOrder(MANUAL_ORDER),
    told: { kind: 'ManualOrderRequested', ...MANUAL_ORDER },
    answer: { ok: true },
  },
  cancelOrder: {
    ask: (c) => c.cancelOrder({ clientOrderId: 'o-1' }),
    told: { kind: 'CancelRequested', clientOrderId: 'o-1' },
    answer: { ok: true },
  },
  acknowledgeDifference: {
    ask: (c) => c.acknowledgeDifference({ asset: 'BTC', ledger: '1', venue: '1.1' }),
    told: { kind: 'DifferenceAcknowledged', asset: 'BTC', ledger: '1', venue: '1.1' },
    answer: { ok: true },
  },
  cancelAll: { ask: (c) => c.cancelAll(), told: { kind: 'CancelAllRequested' }, answer: { ok: true } },
  flatten: {
    ask: (c) => c.flatten({ instrumentId: null }),
    told: { kind: 'FlattenRequested', instrumentId: null },
    answer: { ok: true },
  },
  setDeadManSwitch: {
    ask: (c) => c.setDeadManSwitch({ mode: 'entries' }),
    told: { kind: 'DeadManSwitchSet', mode: 'entries' },
    answer: { ok: true },
  },
  changeEnsemble: {
    ask: (c) => c.changeEnsemble({ confidenceMin: 0.6, weights: { m: 2, other: null } }),
    told: { kind: 'EnsembleSet', settings: { confidenceMin: 0.6, weights: { m: 2 }, decideEveryMs: {} } },
    answer: { ok: true },
  },
  promoteModel: { ask: (c) => c.promoteModel({ model: 'm', version: '1.0.0' }), answer: { ok: true } },
  rollbackModel: { ask: (c) => c.rollbackModel({ model: 'm' }), answer: { ok: true } },
  startGameDay: { ask: (c) => c.startGameDay(), answer: { ok: true } },
  stopGameDay: { ask: (c) => c.stopGameDay(), answer: { ok: true } },
  setArmed: {
    ask: (c) => c.setArmed({ armed: true }),
    told: { kind: 'ArmSet', armed: true },
    answer: { ok: true },
  },
  setKillSwitch: {
    ask: (c) => c.setKillSwitch({ on: true }),
    told: { kind: 'KillSwitchSet', on: true },
    answer: { ok: true },
  },
  setLimits: { ask: (c) => c.setLimits(LIMITS), told: { kind: 'LimitsSet', limits: LIMITS }, answer: { ok: true } },
  setMandate: {
    ask: (c) => c.setMandate({ mandate: MANDATE }),
    told: { kind: 'MandateSet', mandate: MANDATE },
    answer: { ok: true },
  },
  journalPage: { ask: (c) => c.journalPage({ limit: 1 }), answer: { more: true } },
  verifyJournal: { ask: (c) => c.verifyJournal(), answer: { ok: true, events: 3, firstBadSeq: null } },
  loadSetting: { ask: (c) => c.loadSetting({ key: 'layout' }), answer: { value: null } },
  saveSetting: {
    ask: (c) => c.saveSetting({ key: 'layout', value: { panels: [1, null, 'x'] } }),
    answer: { ok: true },
  },
  labCatalogue: { ask: (c) => c.labCatalogue(), answer: { strategies: [{ name: 'sma-cross' }] } },
  labOlderRuns: { ask: (c) => c.labOlderRuns(), answer: { ok: true } },
  labShelves: { ask: (c) => c.labShelves(), answer: { ok: true, value: { stored: [] } } },
  labOwnStrategies: { ask: (c) => c.labOwnStrategies(), answer: { ok: true, value: { folder: '/data/strategies' } } },
  labLook: {
    ask: (c) => c.labLook({ source: { kind: 'file', path: 'btc.csv' } }),
    answer: { ok: true, value: { of: 'candles', span: { bars: 1_000 } } },
  },
  startLabRun: { ask: (c) => c.startLabRun(LAB_PLAN), answer: { ok: true, value: { runId: 'r-2' } } },
  cancelLabRun: {
    ask: (c) => c.cancelLabRun({ runId: 'gone' }),
    answer: { ok: false, error: { code: 'not-found', text: 'That run is no longer here.' } },
  },
  labRunDetail: {
    ask: (c) => c.labRunDetail({ runId: 'r-1' }),
    answer: { ok: true, value: { equityQuote: [10_000, 10_412.5] } },
  },
  labTrades: {
    ask: (c) => c.labTrades({ runId: 'r-1', from: 0, limit: 500 }),
    answer: { ok: true, value: { total: 1, trades: [{ side: 'long', profitQuote: 0.08 }] } },
  },
  labCandles: {
    ask: (c) => c.labCandles({ runId: 'r-1', instrument: 0, fromMs: null, toMs: null }),
    answer: { ok: true, value: { candles: { openTimeMs: [0, 3_600_000], close: [101, 100.5] }, joined: 1 } },
  },
  labCompare: {
    ask: (c) => c.labCompare({ runIds: ['r-1'] }),
    answer: { ok: true, value: [{ runId: 'r-1', figures: LAB_FIGURES }] },
  },
  labReport: {
    ask: (c) => c.labReport({ runId: 'r-1' }),
    answer: { ok: true, value: { name: 'sma-cross_1.html' } },
  },
  measureGap: { ask: (c) => c.measureGap(), answer: { ok: true } },
  setGapSchedule: { ask: (c) => c.setGapSchedule({ days: 3, hourUtc: null }), answer: { ok: true } },
  labMark: { ask: (c) => c.labMark({ runId: 'r-1', tags: ['kept'], note: 'the first' }), answer: { ok: true } },
  modelsCatalogue: {
    ask: (c) => c.modelsCatalogue(),
    answer: { ok: true, value: { families: [{ name: 'gradient-boosting' }, { name: 'lstm' }] } },
  },
  exploreData: {
    ask: (c) => c.exploreData(TRAINING_PLAN.data),
    answer: { ok: true, value: { samples: 900, leaks: [] } },
  },
  startTraining: { ask: (c) => c.startTraining(TRAINING_PLAN), answer: { ok: true, value: { jobId: 'j-2' } } },
  pauseTraining: {
    ask: (c) => c.pauseTraining({ jobId: 'gone' }),
    answer: { ok: false, error: { code: 'not-found', text: 'That training is no longer here.' } },
  },
  resumeTraining: { ask: (c) => c.resumeTraining({ jobId: 'j-1' }), answer: { ok: true } },
  publishTraining: {
    ask: (c) => c.publishTraining({ jobId: 'j-1' }),
    answer: { ok: true, value: { versionId: 'm/1.0.0', model: 'm', version: '1.0.0' } },
  },
  bringModel: {
    ask: (c) => c.bringModel({ fileId: 'file-0001', offset: 0, bytes: 3, base64: 'AAAA' }),
    answer: { ok: true, value: { file: { producer: 'pytorch', featureSets: ['v1'], output: 'p' } } },
  },
  importModel: {
    ask: (c) => c.importModel({ fileId: 'file-0001', plan: IMPORT_PLAN }),
    answer: { ok: true, value: { jobId: expect.stringMatching(/^j-/) } },
  },
  cancelTraining: { ask: (c) => c.cancelTraining({ jobId: 'j-1' }), answer: { ok: true } },
  ensembleBoard: {
    ask: (c) => c.ensembleBoard({ instrumentId: 'binance:BTC/USDT' }),
    answer: {
      ok: true,
      value: {
        stance: 'buy',
        decideEveryMs: 300_000,
        members: [{ id: 'trees', role: 'vote', byHand: null }, {}, {}, {}, {}],
      },
    },
  },
  driftBoard: {
    ask: (c) => c.driftBoard({ instrumentId: 'binance:BTC/USDT' }),
    answer: {
      ok: true,
      value: {
        models: [{ model: 'trees', worst: { feature: 'realized_96', psiLimit: 0.4 } }, {}, {}, { worst: null }],
      },
    },
  },
  featureDrift: {
    ask: (c) => c.featureDrift({ instrumentId: 'binance:BTC/USDT', model: 'gone', version: '1.0.0' }),
    answer: { ok: false, error: { code: 'not-found', text: 'There is no gone 1.0.0 here.' } },
  },
  trustBoard: {
    ask: (c) => c.trustBoard({ instrumentId: 'binance:BTC/USDT' }),
    answer: {
      ok: true,
      value: { wayBack: 'records', learnt: { verdict: 'better' }, members: [{ id: 'trees', heard: 0.42 }, {}, {}] },
    },
  },
  learnTrust: { ask: (c) => c.learnTrust(), answer: { ok: true } },
  promoteTrust: {
    ask: (c) => c.promoteTrust(),
    answer: { ok: false, error: { code: 'none', text: 'What was learnt last counts already.' } },
  },
  rollbackTrust: { ask: (c) => c.rollbackTrust(), answer: { ok: true } },
  modelVersions: {
    ask: (c) => c.modelVersions(),
    answer: { ok: true, value: [{ id: 'j-1', report: { edge: 'none' } }] },
  },
};
