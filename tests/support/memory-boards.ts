import type { EnsembleNow, MemberNow } from '../../main/engine/decision/ensemble-now.ts';
import type { TalliedHour } from '../../main/engine/domain/ensemble.ts';
import { ok } from '../../main/engine/domain/result.ts';
import type { BoardsPort } from '../../main/engine/gateway/boards-port.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
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

/** Boards of models that are not there, by the functions that put them together. */
export function createMemoryBoards(): BoardsPort {
  const hours = plantedHours();
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
  };
}
