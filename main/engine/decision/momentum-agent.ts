import type { InstrumentId } from '../domain/instrument.ts';
import type { Reason, TrackRecord } from '../domain/proposal.ts';
import { type Agent, abstaining, type Opinion } from './agent.ts';
import type { CandleTape } from './candle-tape.ts';
import type { GradeRecord, MomentumRecord } from './measure-momentum.ts';
import { MOMENTUM_GRADES, MOMENTUM_WARM_UP_BARS, type MomentumReading, readMomentum } from './momentum.ts';

/** Grades count before volume and rise when faint stances are ranked. */
const SCORE_PER_GRADE = 1_000;

const trackRecordOf = ({ n, right }: GradeRecord): TrackRecord | null =>
  n > 0 ? { saidFrom: 0, saidTo: 1, rightShare: right / n, n } : null;

/** 8115 as 8,115. */
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');

function reasonsToBuy(reading: MomentumReading, record: GradeRecord): readonly Reason[] {
  const gain = `${reading.score >= 0 ? '+' : ''}${reading.score.toFixed(1)} ATR over 5 bars`;
  const where =
    reading.highBars > 0
      ? `close above the ${reading.highBars}-bar high, ${gain}`
      : `close ${reading.riseAtr.toFixed(1)} ATR above the 10-bar low`;
  const text = `Volume ${reading.volumeRatio.toFixed(1)}× its mean, ${where}`;
  const reasons: Reason[] = [{ code: reading.grade ?? 'none', text }];
  if (record.edge === 'none' || record.edge === 'unknown') {
    const share =
      record.n > 0 ? `: right ${Math.round((100 * record.right) / record.n)} % of ${grouped(record.n)}` : '';
    const mean = record.n > 0 ? `, ${record.netBps.toFixed(1)} bps a trade after fees` : '';
    reasons.push({ code: 'no-edge', text: `No edge here${share}${mean}` });
  }
  return reasons;
}

function readingToOpinion(reading: MomentumReading, record: MomentumRecord, candleCloseTimeMs: number): Opinion {
  const base = abstaining('', 'none', candleCloseTimeMs);
  if (reading.turned) {
    const text = 'Close below the 10-bar low and the 50-bar mean';
    return { ...base, stance: 'sell', strength: 'clear', note: text, reasons: [{ code: 'turned', text }] };
  }
  const grade = reading.grade;
  if (!grade)
    return { ...base, stance: 'hold', note: `no new high; volume ${reading.volumeRatio.toFixed(1)}× its mean` };
  const measured = record[grade];
  const reasons = reasonsToBuy(reading, measured);
  const rank = MOMENTUM_GRADES.findIndex(({ name }) => name === grade);
  return {
    stance: 'buy',
    strength: grade === 'breakout' ? 'clear' : 'faint',
    probability: measured.n > 0 ? measured.right / measured.n : null,
    edge: measured.edge,
    record: trackRecordOf(measured),
    note: `${grade}, volume ${reading.volumeRatio.toFixed(1)}× its mean`,
    reasons,
    score: SCORE_PER_GRADE * (MOMENTUM_GRADES.length - rank) + reading.score,
    bracket: { stop: { away: reading.stopDistance }, target: { away: reading.targetDistance } },
    modelHash: null,
    candleCloseTimeMs,
  };
}

/** The named rule: momentum with volume confirmation on 1m candles, with its measured record. */
export function createMomentumAgent(record: MomentumRecord): Agent {
  const opinions = new Map<InstrumentId, Opinion>();
  return {
    id: 'momentum-rule',
    label: 'Momentum rule',
    kind: 'rule',
    timeframe: '1m',
    onCandle(instrumentId: InstrumentId, tape: CandleTape) {
      const reading = readMomentum(tape.candles);
      const opinion = reading
        ? readingToOpinion(reading, record, tape.closeTimeMs)
        : abstaining(
            `warming up, ${tape.candles.length} of ${MOMENTUM_WARM_UP_BARS} candles`,
            'unknown',
            tape.closeTimeMs,
          );
      opinions.set(instrumentId, opinion);
    },
    opinion: (instrumentId) => opinions.get(instrumentId) ?? abstaining('warming up, no candles yet', 'unknown'),
  };
}
