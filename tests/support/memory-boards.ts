import type { EnsembleNow, MemberNow } from '../../main/engine/decision/ensemble-now.ts';
import type { TalliedHour } from '../../main/engine/domain/ensemble.ts';
import { FIT, type Fitness } from '../../main/engine/domain/model-fitness.ts';
import { fail, ok } from '../../main/engine/domain/result.ts';
import type { BoardsPort } from '../../main/engine/gateway/boards-port.ts';
import { featureShifts } from '../../main/engine/inference/feature-drift.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { featureDrift, liveSide, type Watched, watchedModel } from '../../main/ml/desk/drift-board.ts';
import { ensembleBoard, memberRecord } from '../../main/ml/desk/ensemble-board.ts';

export const BOARD_AT_MS = Date.UTC(2026, 9, 1, 12);
const HOUR_MS = 3_600_000;
const HORIZON_MS = HOUR_MS;
const HOURS = 240;

const MEMBER: MemberNow = {
  id: 'trees',
  label: 'Reversal trees 1.0.0',
  kind: 'model',
  timeframe: '5m',
  member: 'trees@1.0.0',
  role: 'vote',
  stance: 'buy',
  probability: 0.58,
  edge: 'weak',
  note: '58 % up',
  candleCloseTimeMs: BOARD_AT_MS - 60_000,
  weightShare: 0.7,
  byHand: null,
  trust: { factor: 1.31, heldAt: null, skill: 0.0042, skillLive: 0.0061, forecasts: 348, skillOnCard: 0.0021 },
};

const NOW: EnsembleNow = {
  regime: 'calm',
  stance: 'buy',
  confidence: 0.57,
  disagreement: 0.12,
  disagreementMax: 2 / 3,
  deciding: MEMBER.label,
  text: '',
  settings: { confidenceMin: 0.55, weights: { seasonal: 0.5 }, decideEveryMs: { 'binance:BTC/USDT': 300_000 } },
  members: [
    MEMBER,
    {
      ...MEMBER,
      id: 'seasonal',
      label: 'Direction, seasonal 1.0.0',
      member: 'seasonal@1.0.0',
      stance: 'hold',
      probability: 0.51,
      note: '51 % up, speaks from 55 %',
      weightShare: 0.3,
      byHand: 0.5,
      trust: { factor: 0.25, heldAt: 'floor', skill: -0.031, skillLive: -0.042, forecasts: 401, skillOnCard: 0.0008 },
    },
    {
      ...MEMBER,
      id: 'momentum',
      label: 'Momentum rule',
      kind: 'rule',
      timeframe: '1m',
      member: null,
      stance: 'abstain',
      probability: null,
      edge: 'none',
      note: 'warming up',
      candleCloseTimeMs: 0,
      weightShare: 0,
      trust: null,
    },
    {
      ...MEMBER,
      id: 'trees@1.1.0',
      label: 'Reversal trees 1.1.0',
      member: 'trees@1.1.0',
      role: 'shadow',
      probability: 0.61,
      note: '61 % up',
      weightShare: null,
      trust: null,
    },
    {
      ...MEMBER,
      id: 'mlp@1.0.0',
      label: 'Direction, MLP 1.0.0',
      member: 'mlp@1.0.0',
      role: 'shadow',
      stance: 'abstain',
      probability: null,
      note: 'no prediction yet',
      candleCloseTimeMs: 0,
      weightShare: null,
      trust: null,
    },
  ],
};

/** Ten days of hours in which the trees save a little on a coin, their next version a little more, and the seasons lose. */
export function plantedHours(seed = 3): readonly TalliedHour[] {
  const random = createRandom(seed);
  const noise = (): number => random.next() + random.next() - 1;
  return Array.from({ length: HOURS }, (_, at): TalliedHour => {
    const n = 8 + Math.floor(4 * random.next());
    const tally = (gain: number) => ({
      n,
      logLoss: n * (Math.LN2 - gain + 0.02 * noise()),
      brier: n * 0.249,
      right: 5,
    });
    const said = [{ from: 0.5, n, said: 0.53 * n, right: Math.round(n / 2) }];
    const [champion, challenger] = [tally(0.004), tally(0.007)];
    return {
      hour: BOARD_AT_MS / HOUR_MS - HOURS + at,
      scored: [
        { member: 'trees@1.0.0', trust: 1.3 + 0.1 * noise(), tally: champion, said, beside: [] },
        { member: 'seasonal@1.0.0', trust: 0.25, tally: tally(-0.04), said, beside: [] },
        {
          member: 'trees@1.1.0',
          trust: null,
          tally: challenger,
          said,
          beside: [{ member: 'trees@1.0.0', n, logLoss: challenger.logLoss - champion.logLoss, brier: 0 }],
        },
      ],
    };
  });
}

const EDGES = [-1, -0.5, 0, 0.5, 1];
const TRAINING = {
  windowBars: 288,
  features: ['close_sma_20', 'rsi_14', 'realized_96'].map((name) => ({
    name,
    edges: EDGES,
    shares: [0.16, 0.15, 0.19, 0.19, 0.15, 0.16],
    psiLimit: 0.4,
  })),
  heldOut: { windows: 246, drifted: 16 },
};

/** A day of rows: the first feature about as in training, the second a little off, the third nowhere near. */
function plantedRows(): readonly number[][] {
  const random = createRandom(11);
  const normal = (): number => random.next() + random.next() + random.next() + random.next() - 2;
  return Array.from({ length: 288 }, () => [2 * normal(), 2 * normal() + 0.4, 0.2 * normal() + 1.2]);
}

const DRIFTED: Fitness = {
  state: 'drifted',
  code: 'drifted',
  text: 'its inputs have drifted from training: realized_96 by 5.02, limit 0.40',
};

const CARD: Watched['card'] = {
  title: 'Reversal trees',
  timeframe: '5m',
  licensedUntilMs: BOARD_AT_MS + 9 * 86_400_000,
  trainingDistribution: TRAINING,
  sources: [{ instrument: 'BTCUSDT', rows: 1, sha256: '', licence: null, source: '' }],
  outOfSample: {
    loss: 0.69,
    naiveLoss: Math.LN2,
    naiveAnswer: 'the base rate',
    lossGain: { value: 0.0031, low: 0.0012, high: 0.005 },
    event: {
      baseRate: 0.5,
      auc: { value: 0.54, low: 0.52, high: 0.56 },
      brier: 0.2481,
      brierOfBaseRate: 0.25,
      expectedCalibrationError: 0.012,
      mcc: 0.04,
      balancedAccuracy: 0.52,
      accuracy: 0.526,
      naiveAccuracy: 0.5,
      reliability: [],
      probabilityMin: 0.55,
    },
    intervals: null,
    traded: null,
    perInstrument: [],
    naiveRule: null,
  },
};

const inputsOf = (rows: readonly number[][]) => ({ rows: rows.length, shifts: featureShifts(TRAINING, rows) });

/** Boards of models that are not there, by the functions that put them together. */
export function createMemoryBoards(): BoardsPort {
  const hours = plantedHours();
  const rows = plantedRows();
  const watch = (model: string, version: string, role: 'vote' | 'shadow', rowsThere: readonly number[][]) => {
    const entry = { model, version, role };
    const isTrees = model === 'trees' && role === 'vote';
    return watchedModel({
      entry,
      card: { ...CARD, title: isTrees ? CARD.title : model },
      fitness: {
        whole: FIT,
        inInstruments: isTrees ? [{ instrumentId: 'binance:BTC/USDT', fitness: DRIFTED }] : [],
      },
      score: null,
      answers: rowsThere.length > 0 ? { given: 1_204, failed: 2 } : null,
      inputs: inputsOf(rowsThere),
      live: liveSide(entry, hours, HORIZON_MS),
    });
  };
  return {
    ensemble: (instrumentId) =>
      ok(
        ensembleBoard(
          instrumentId,
          NOW,
          (member, champion) => memberRecord(member, champion, hours, HORIZON_MS),
          BOARD_AT_MS,
        ),
      ),
    drift: (instrumentId) =>
      ok({
        instrumentId,
        atMs: BOARD_AT_MS,
        models: [
          watch('trees', '1.0.0', 'vote', rows),
          watch('seasonal', '1.0.0', 'vote', rows),
          watch('trees', '1.1.0', 'shadow', rows),
          watch('mlp', '1.0.0', 'shadow', []),
        ],
      }),
    features: (_instrumentId, model, version) =>
      model === 'gone'
        ? fail({ kind: 'not-found', text: `There is no ${model} ${version} here.` })
        : ok(featureDrift(TRAINING, inputsOf(model === 'mlp' ? [] : rows))),
  };
}
