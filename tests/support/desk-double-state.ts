/** What the double's desk shows at the start: three proposals, two positions, orders, fills, models, a journal. */
import type { DeskSnapshot, Fill, JournalEntry, Model, Order, Proposal } from '../../preload/contract.ts';
import type { DoubleMarket } from './desk-double-market.ts';

const RECORD = { saidFrom: 0.6, saidTo: 0.7, rightShare: 0.63, n: 214 };

/** A believable proposal; `index` picks which instrument and how sure. */
export function proposalFor(market: DoubleMarket, index: number, id: string): Proposal {
  const instrument = market.instruments[[0, 1, 8, 2, 4, 6][index % 6] ?? 0] ?? market.instruments[0]!;
  const last = Number(market.last(instrument.id));
  const places = instrument.tickSize.split('.')[1]?.length ?? 0;
  const lotPlaces = instrument.lotStep.split('.')[1]?.length ?? 0;
  const side = index % 3 === 1 ? ('sell' as const) : ('buy' as const);
  const sign = side === 'buy' ? 1 : -1;
  const qty = ((index % 3 === 2 ? 700 : 2_000) / last).toFixed(lotPlaces);
  const at = (share: number): string => (last * (1 + sign * share)).toFixed(places);
  const rule = index % 3 === 2;
  const now = Date.now();
  return {
    id,
    instrumentId: instrument.id,
    symbol: instrument.symbol,
    origin: rule ? 'rule' : 'ensemble',
    agent: rule ? 'Momentum rule' : 'Reversal trees 1.0.0',
    side,
    orderType: 'limit',
    qtyBase: qty,
    entryPrice: at(0),
    stopPrice: at(-0.0077),
    targetPrice: at(0.0153),
    notionalQuote: (Number(qty) * last).toFixed(2),
    riskQuote: '16.02',
    riskShareOfEquity: 0.0016,
    probability: rule ? 0.49 : 0.64 - index * 0.02,
    interval: { low: 0.56, high: 0.69 },
    record: rule ? { saidFrom: 0.4, saidTo: 0.5, rightShare: 0.49, n: 381 } : RECORD,
    edge: rule ? 'none' : 'measured',
    reasons: [
      { code: 'volume', text: 'Volume 2.1 times its mean.' },
      { code: 'close', text: 'Close in the top fifth of the range.' },
      { code: 'macd', text: 'MACD turned up 3 bars ago.' },
    ],
    votes: [
      { agent: 'trees', label: 'Reversal trees', kind: 'model', stance: side, probability: 0.71, note: '' },
      { agent: 'momentum', label: 'Momentum rule', kind: 'rule', stance: side, probability: 0.62, note: '' },
      {
        agent: 'mean',
        label: 'Mean reversion',
        kind: 'rule',
        stance: side === 'buy' ? 'sell' : 'buy',
        probability: 0.44,
        note: '',
      },
      { agent: 'flow', label: 'Order flow', kind: 'rule', stance: 'abstain', probability: null, note: 'feed too thin' },
    ],
    verdict: rule
      ? {
          outcome: 'shrink',
          qtyBase: qty,
          findings: [
            {
              code: 'risk-per-trade',
              measured: '31.20',
              limit: '20.43',
              unit: 'quote',
              text: 'Risk 31.20 USDT is over 20.43; size shrunk.',
            },
          ],
        }
      : { outcome: 'pass', qtyBase: qty, findings: [] },
    exposureBefore: 0.18,
    exposureAfter: 0.24,
    bandPrice: market.last(instrument.id),
    bandBps: 15,
    madeAtMs: now,
    expiresAtMs: now + 60_000 + index * 45_000,
    state: 'pending',
    terms: 'as drawn',
    stateNote: '',
    signedBy: null,
  };
}

function order(market: DoubleMarket, index: number, change: Partial<Order>): Order {
  const instrument = market.instruments[index] ?? market.instruments[0]!;
  return {
    clientOrderId: `cs-${index}-${change.purpose ?? 'entry'}`,
    venueOrderId: `${88_211_000 + index}`,
    proposalId: null,
    instrumentId: instrument.id,
    symbol: instrument.symbol,
    purpose: 'entry',
    side: 'buy',
    type: 'limit',
    qtyBase: '1.4',
    filledBase: '0',
    limitPrice: market.last(instrument.id),
    triggerPrice: null,
    averagePrice: null,
    state: 'acknowledged',
    cancelRequested: false,
    note: '',
    signedBy: 'you',
    createdAtMs: Date.now() - 600_000,
    updatedAtMs: Date.now() - 60_000,
    ...change,
  };
}

function fills(market: DoubleMarket): Fill[] {
  return Array.from({ length: 41 }, (_, index) => {
    const instrument = market.instruments[index % 3] ?? market.instruments[0]!;
    return {
      fillId: `f-${index}`,
      clientOrderId: `cs-old-${index}`,
      instrumentId: instrument.id,
      symbol: instrument.symbol,
      side: index % 2 ? 'sell' : 'buy',
      price: market.last(instrument.id),
      qtyBase: (0.05 + index * 0.01).toFixed(3),
      fee: '0.0421',
      feeAsset: 'USDT',
      liquidity: index % 3 ? 'taker' : 'maker',
      eventTimeMs: Date.now() - index * 173_000,
    };
  });
}

function model(name: string, label: string, change: Partial<Model>): Model {
  return {
    name,
    version: '1.0.0',
    kind: 'model',
    label,
    state: 'ready',
    note: '',
    provider: 'CPU',
    latencyMsLast: 0.41,
    latencyMsP99: 1.4,
    memoryBytes: 8_400_000,
    timeframe: '5m',
    edge: 'measured',
    record: RECORD,
    outOfSample: [
      { name: 'AUC', value: 0.561, note: 'purged walk-forward, 2025' },
      { name: 'Brier', value: 0.2441, note: 'lower is better; 0.25 knows nothing' },
      { name: 'Calibration error', value: 0.018, note: '' },
    ],
    reliability: [0.25, 0.35, 0.45, 0.55, 0.65, 0.75].map((middle, index) => ({
      saidFrom: middle - 0.05,
      saidTo: middle + 0.05,
      rightShare: middle + [-0.03, 0.02, 0.01, -0.02, -0.02, -0.06][index]!,
      n: [41, 190, 902, 871, 214, 38][index]!,
    })),
    trainedFromMs: Date.UTC(2023, 0, 1),
    trainedToMs: Date.UTC(2025, 5, 30),
    licensedUntilMs: Date.UTC(2027, 5, 30),
    lastProbability: 0.64,
    lastInstrumentId: 'binance:BTC/USDT',
    lastAtMs: Date.now() - 4_000,
    ...change,
  };
}

function journal(): JournalEntry[] {
  const lines: [string, string, JournalEntry['severity']][] = [
    ['signed', 'You signed buy 0.0326 BTC/USDT at 61,250.50.', 'good'],
    ['risk', 'Risk denied sell 900 DOGE: quote is 4,812 ms old, limit 3,000 ms.', 'warn'],
    ['order', 'Stop for ETH/USDT rests on the venue at 3,121.00.', 'info'],
    ['feed', 'DOT/USDT book resynchronised after a gap of 3 updates.', 'warn'],
    ['fill', 'Bought 0.4 SOL/USDT at 147.91, fee 0.0591 USDT.', 'good'],
    ['worker', 'Inference worker restarted once: it had stopped answering.', 'bad'],
  ];
  return Array.from({ length: 240 }, (_, index) => {
    const [kind, text, severity] = lines[index % lines.length]!;
    return { seq: 18_240 - index, timeMs: Date.now() - index * 41_000, kind, text, instrumentId: null, severity };
  });
}

/** The desk as a trader finds it mid-morning. */
export function doubleDesk(market: DoubleMarket): DeskSnapshot {
  const [btc, eth, sol] = market.instruments as [
    (typeof market.instruments)[0],
    (typeof market.instruments)[0],
    (typeof market.instruments)[0],
  ];
  return {
    proposals: [0, 1, 2].map((index) => proposalFor(market, index, `p-${index + 1}`)),
    orders: [
      order(market, 1, { purpose: 'stop', side: 'sell', type: 'stop-loss', triggerPrice: '3121', limitPrice: null }),
      order(market, 2, {
        purpose: 'stop',
        side: 'sell',
        type: 'stop-loss',
        qtyBase: '12.5',
        triggerPrice: '145.9',
        limitPrice: null,
      }),
      order(market, 0, { qtyBase: '0.02', filledBase: '0.008', state: 'partially-filled', averagePrice: '61240.11' }),
      order(market, 4, {
        qtyBase: '900',
        state: 'unknown',
        note: 'the venue has not answered; entries in XRP/USDT wait',
      }),
      order(market, 3, { qtyBase: '0.5', state: 'rejected', note: 'Filter failure: MIN_NOTIONAL' }),
    ],
    fills: fills(market),
    positions: [
      {
        instrumentId: eth.id,
        symbol: eth.symbol,
        qtyBase: '1.4',
        averageCost: '3142.18',
        costQuote: '4399.052',
        markPrice: market.last(eth.id),
        unrealizedQuote: '58.83',
        realizedQuote: '0',
        feesQuote: '4.40',
        stopPrice: '3121',
        stopState: 'on-venue',
        bareBase: '0',
        stopNote: 'The stop rests on the venue',
        targetPrice: '3260',
        signedBy: 'you, 09:41',
        from: 'trees 68 %',
        perpetual: null,
      },
      {
        instrumentId: sol.id,
        symbol: sol.symbol,
        qtyBase: '12.5',
        averageCost: '148.22',
        costQuote: '1852.75',
        markPrice: market.last(sol.id),
        unrealizedQuote: '-3.88',
        realizedQuote: '12.4',
        feesQuote: '1.85',
        stopPrice: '145.9',
        stopState: 'missing',
        bareBase: '12.5',
        stopNote: 'The stop did not get through to the venue; it is tried again shortly',
        targetPrice: null,
        signedBy: 'mandate calm',
        from: 'ensemble 61 %',
        perpetual: null,
      },
    ],
    models: [
      model('reversal-trees', 'Reversal trees', {}),
      model('momentum-rule', 'Momentum rule', {
        kind: 'rule',
        edge: 'none',
        provider: null,
        latencyMsLast: null,
        latencyMsP99: null,
        memoryBytes: null,
        record: { saidFrom: 0.4, saidTo: 0.5, rightShare: 0.49, n: 381 },
        lastProbability: 0.49,
      }),
      model('broken-net', 'Broken net', {
        state: 'refused',
        note: 'The file hash differs from its card; it will not be loaded.',
        edge: 'unknown',
        record: null,
        reliability: [],
        outOfSample: [],
        lastProbability: null,
        latencyMsLast: null,
        latencyMsP99: null,
      }),
    ],
    journal: journal(),
    account: {
      quoteAsset: 'USDT',
      equityQuote: '10214.36',
      cashQuote: '3962.55',
      realizedTodayQuote: '31.17',
      unrealizedQuote: '54.95',
      pnlTodayQuote: '86.12',
      pnlTodayShare: 0.0085,
      feesTodayQuote: '4.02',
      exposureShare: 0.24,
      exposureLimitShare: 0.4,
      dailyLossLimitQuote: '300',
      slippageBps: -1.3,
      balances: [
        { asset: 'USDT', free: '3962.55', locked: '0', ledger: '3962.55' },
        { asset: 'ETH', free: '0', locked: '1.4', ledger: '1.4' },
        { asset: btc.base, free: '0.008', locked: '0', ledger: '0.008' },
      ],
    },
    safety: { armed: false, killSwitch: false, holds: [] },
    limits: {
      riskPerTradeShare: 0.004,
      positionNotionalQuoteMax: '2500',
      exposureShareMax: 0.4,
      dailyLossQuoteMax: '300',
      ordersPerMinuteMax: 30,
      priceBandBps: 15,
      quoteAgeMsMax: 3000,
      approvalTtlMs: 60_000,
      leverageMax: 2,
      liquidationDistanceMin: 0.15,
    },
    mandate: null,
    gameDay: null,
    ensemble: { confidenceMin: 0.5, weights: {}, decideEveryMs: {} },
    health: {
      feedAgeMs: 84,
      venueRoundTripMs: 12,
      clockSkewMs: 3,
      closeToProposalMs: 6.1,
      inferenceMs: 1.4,
      provider: 'CPU',
      memoryBytes: 412_000_000,
      logEvents: 18_204,
      chain: 'ok',
      workers: [
        { name: 'venue binance', state: 'running', restarts: 0, note: '' },
        { name: 'inference', state: 'running', restarts: 1, note: 'stopped answering at 09:12' },
      ],
      feeds: market.instruments.map((row, index) => ({
        instrumentId: row.id,
        status: 'live' as const,
        sinceMs: Date.now() - 3_600_000,
        why: '',
        ageMs: 40 + index * 7,
        resyncs: index === 9 ? 2 : 0,
      })),
      privateStream: 'live',
      privateStreamSinceMs: Date.now() - 3_600_000,
      privateStreamWhy: '',
      lastAuditAtMs: Date.now() - 42_000,
      lastAudit: { tookMs: 412, openOrders: 4, closedOrders: 1, fills: 12, balances: 5, repairs: 1 },
      venue: {
        atMs: Date.now(),
        budget: {
          weightUsed: 812,
          weightMax: 6_000,
          windowMs: 60_000,
          reserveWeight: 600,
          waiting: { protect: 0, entry: 0, query: 2, market: 7 },
          pausedUntilMs: null,
          pausedWhy: '',
        },
        breakers: [
          { name: 'reads', state: 'closed', sinceMs: null, why: '', trialAtMs: null, timesOpened: 1 },
          { name: 'entries', state: 'closed', sinceMs: null, why: '', trialAtMs: null, timesOpened: 0 },
        ],
        audit: { running: false, problem: '', dueAtMs: Date.now() + 18_000 },
        messages: {
          received: 184_212,
          quarantined: 3,
          reasons: [{ why: 'trade: price is not a positive decimal', count: 3 }],
        },
      },
      perpetuals: null,
      deadMan: { mode: 'off', guards: [] },
      repairs: [{ atMs: Date.now() - 1_900_000, text: 'Fill 88211001 was found by the audit and booked.' }],
    },
  };
}
