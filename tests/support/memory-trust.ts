import { fail, ok } from '../../main/engine/domain/result.ts';
import type { TrustPort } from '../../main/engine/gateway/trust-port.ts';
import type { TrustBoard } from '../../preload/trust-contract.ts';

const NOW_MS = Date.UTC(2026, 9, 1, 12);
const DAY_MS = 86_400_000;

const BOARD: TrustBoard = {
  counts: { learntAtMs: NOW_MS - DAY_MS, untilMs: NOW_MS + 89 * DAY_MS, forecasts: 41_230 },
  wayBack: 'records',
  learnt: {
    atMs: NOW_MS - DAY_MS,
    verdict: 'better',
    why: 'out of sample it saves 0.00212 nats a forecast, 95 %: 0.00071 to 0.00356, on 18,204 forecasts of 19 days',
    forecasts: 41_230,
    members: 3,
    days: 28,
    judged: 18_204,
    lossByRecords: 0.69184,
    lossWithModel: 0.68972,
  },
  mayCount: false,
  isLearning: false,
  problem: '',
  members: [
    {
      id: 'trees',
      label: 'Reversal trees 1.0.0',
      saidAtMs: NOW_MS - 60_000,
      heard: 0.42,
      why: 'right less often at this hour',
    },
    { id: 'seasonal', label: 'Direction, seasonal 1.0.0', saidAtMs: NOW_MS - 60_000, heard: 1, why: '' },
    {
      id: 'forest@1.1.0',
      label: 'Direction forest 1.1.0',
      saidAtMs: NOW_MS - 60_000,
      heard: 0.25,
      why: 'right less often in calm markets',
    },
  ],
};

/** What was learnt counts; one way back. */
export function createMemoryTrust(): TrustPort {
  return {
    board: () => ok(BOARD),
    learn: () => ok(null),
    promote: () => fail({ kind: 'none', text: 'What was learnt last counts already.' }),
    rollback: () => ok(null),
  };
}
