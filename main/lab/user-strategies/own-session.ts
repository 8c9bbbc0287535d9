import { CandleTape } from '../../engine/decision/candle-tape.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import type {
  CandleRow,
  EngineEvent,
  MarketBatchReceived,
  PredictionArrived,
  StrategySpoke,
} from '../../engine/domain/events.ts';
import { type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { StrategyAccount } from '../../engine/strategy-account.ts';
import type { StrategyCandle } from '../strategy/strategy.ts';
import { BARS_KEPT, followsOn } from '../strategy/strategy-agent.ts';
import { inOrder } from '../strategy/strategy-runner.ts';
import { heldOf } from '../strategy/wish-opinion.ts';
import type { Heard, HearJob, Told } from '../workers/hear-job.ts';
import type { Steps, StrategyAnswer, StrategyJob } from '../workers/strategy-jobs.ts';
import type { Hand, HandEvents, HandSaid } from '../workers/worker-crew.ts';

export interface OwnSessionOptions {
  /** As the ensemble knows it. */
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
  readonly timeframe: Timeframe;
  /** Instruments that it looks at together, in its order; null: one of it for each instrument of spot. */
  readonly groups: readonly (readonly InstrumentId[])[] | null;
  readonly account: StrategyAccount;
  /** Where it runs. */
  readonly hire: (events: HandEvents<StrategyAnswer, Steps>) => Hand<StrategyJob>;
  /** Whoever has not answered for so long is switched off. */
  readonly answerMsMax: number;
  /** The same of the first answer, before which it is loaded. */
  readonly loadMsMax: number;
  readonly spoke: (event: StrategySpoke) => void;
  /** Nobody asks it any more. @param why one sentence */
  readonly switchedOff: (why: string) => void;
}

/** A strategy of the user's own beside an engine that trades: it hears what happens and says what it wants. The engine never waits for it. */
export interface OwnSession {
  /** Something happened in the engine. */
  saw(event: EngineEvent): void;
  /** Resolves when it has answered all that it was told, or is switched off. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface Group {
  readonly at: number;
  readonly instruments: readonly InstrumentId[];
  /** What it hears with the next question, in order. */
  readonly heard: Told[];
  hearsMarket: boolean;
  /** Of the market, when it was asked about that last. */
  marketAskedMs: number;
}

interface Followed {
  readonly group: Group;
  readonly instrument: number;
  readonly tape: CandleTape;
  seenMs: number;
}

interface Question {
  readonly group: Group;
  readonly candleCloseTimeMs: number;
  readonly told: readonly Told[];
}

/** Trades and quotes are told together, so often; by their own times, so that the same ones are always told together. */
const MARKET_EVERY_MS = 1_000;
/** At the latest when it is so much, whatever the times say. */
const HEARD_MAX = 500;

/** Candles and words of models that wait for it: far more than it is told at a start. Whoever falls further behind is switched off. */
const WAITING_MAX = 2_000;

export function openOwnSession(options: OwnSessionOptions): OwnSession {
  const { name, params, timeframe, account, answerMsMax, loadMsMax } = options;
  const spanMs = TIMEFRAME_MS[timeframe];
  const followed = new Map<InstrumentId, Followed>();
  const waiting: Question[] = [];
  let groups = 0;
  let asked: Question | null = null;
  let isLoaded = false;
  let isOff = false;
  let timer: NodeJS.Timeout | null = null;
  let waiters: (() => void)[] = [];

  const follow = (instruments: readonly InstrumentId[]): void => {
    const at = groups;
    const group: Group = { at, instruments, heard: [], hearsMarket: false, marketAskedMs: Number.NEGATIVE_INFINITY };
    groups += 1;
    for (const [instrument, id] of instruments.entries()) {
      const tape = new CandleTape(spanMs, BARS_KEPT);
      followed.set(id, { group, instrument, tape, seenMs: Number.NEGATIVE_INFINITY });
    }
  };
  for (const group of options.groups ?? []) follow(group);

  const hand = options.hire({ said, lost: switchOff });

  function said(message: HandSaid<StrategyAnswer, Steps>): void {
    if (isOff || message.kind === 'progress') return;
    if (message.kind === 'failed') return switchOff(message.text);
    if (message.answer.kind !== 'hear' || !asked) return switchOff('Ended: it says what nobody asked.');
    const question = asked;
    isLoaded = true;
    asked = null;
    if (timer) clearTimeout(timer);
    speak(question, message.answer);
    goOn();
  }

  function speak({ group, candleCloseTimeMs }: Question, { isWarm, hearsMarket, wishes }: Heard): void {
    group.hearsMarket = hearsMarket;
    const named = wishes.map(({ instrument, ...said }) => ({ instrumentId: group.instruments[instrument]!, ...said }));
    if (named.length === 0) return;
    options.spoke({ kind: 'StrategySpoke', strategy: name, timeframe, candleCloseTimeMs, isWarm, wishes: named });
  }

  function goOn(): void {
    const next = isOff || asked ? undefined : waiting.shift();
    if (next) give(next);
    if (asked) return;
    for (const wake of waiters) wake();
    waiters = [];
  }

  function give(question: Question): void {
    asked = question;
    const { group, told } = question;
    const held = group.instruments.map((id) => ({ ...heldOf(id, account) }));
    const ms = isLoaded ? answerMsMax : loadMsMax;
    timer = setTimeout(() => switchOff(`Ended: it did not answer within ${ms / 1_000} s.`), ms);
    const job: HearJob = { kind: 'hear', group: group.at, params, spanMs, held, told };
    hand.give(job);
  }

  function switchOff(why: string): void {
    if (isOff) return;
    isOff = true;
    if (timer) clearTimeout(timer);
    waiting.length = 0;
    asked = null;
    void hand.end();
    options.switchedOff(why);
    goOn();
  }

  function ask(group: Group, candleCloseTimeMs: number): void {
    if (waiting.length >= WAITING_MAX)
      return switchOff(`Ended: it fell behind; ${WAITING_MAX} candles and words wait for it.`);
    waiting.push({ group, candleCloseTimeMs, told: group.heard.splice(0) });
    goOn();
  }

  function put(id: InstrumentId, isChanged: (tape: CandleTape) => boolean): void {
    if (!options.groups && !followed.has(id) && !isPerpetual(id)) follow([id]);
    const found = followed.get(id);
    if (!found || !isChanged(found.tape)) return;
    const { tape, group, instrument, seenMs } = found;
    const { last } = tape;
    if (!last) return;
    const isNext = followsOn(tape, seenMs);
    found.seenMs = last.openTimeMs;
    group.heard.push(
      isNext ? { kind: 'candle', candle: { ...last, instrument } } : { kind: 'anew', candles: knownOf(group) },
    );
    ask(group, tape.closeTimeMs);
  }

  const knownOf = ({ instruments }: Group): readonly StrategyCandle[] =>
    inOrder(instruments.map((id) => followed.get(id)?.tape.candles ?? []));

  const putRow = (id: InstrumentId, of: Timeframe, row: CandleRow): void => {
    if (of === timeframe) put(id, (tape) => tape.put(row));
  };

  function hear({ instrumentId, timeframe: of, candleCloseTimeMs, probability, late }: PredictionArrived): void {
    const found = followed.get(instrumentId);
    if (!found || late || of !== timeframe || candleCloseTimeMs !== found.tape.closeTimeMs) return;
    found.group.heard.push({ kind: 'prediction', instrument: found.instrument, probability });
    ask(found.group, candleCloseTimeMs);
  }

  function hearMarket({ instrumentId, trades, quote }: MarketBatchReceived): void {
    const found = followed.get(instrumentId);
    if (!found?.group.hearsMarket) return;
    const { group, instrument, tape } = found;
    group.heard.push({ kind: 'market', instrument, market: { trades, quote } });
    const timeMs = quote?.eventTimeMs ?? trades?.timeMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (timeMs - group.marketAskedMs < MARKET_EVERY_MS && group.heard.length < HEARD_MAX) return;
    group.marketAskedMs = timeMs;
    ask(group, tape.closeTimeMs);
  }

  return {
    saw(event) {
      if (isOff) return;
      switch (event.kind) {
        case 'HistoryLoaded': {
          if (event.timeframe !== timeframe) return;
          return put(event.instrumentId, (tape) => {
            tape.load(event.candles);
            return true;
          });
        }
        case 'CandleClosed':
          return putRow(event.instrumentId, event.timeframe, event.candle);
        case 'CandleCorrected':
          return putRow(event.instrumentId, event.timeframe, event.venues);
        case 'PredictionArrived':
          return hear(event);
        case 'MarketBatchReceived':
          return hearMarket(event);
        case 'FillBooked': {
          const { instrumentId, side, price, qtyBase, fee } = event.fill;
          const found = followed.get(instrumentId);
          if (!found) return;
          const { group, instrument } = found;
          const fill = { instrument, side, price: Number(price), qty: Number(qtyBase), fee: Number(fee) };
          group.heard.push({ kind: 'fill', fill, rested: event.restedFor === name });
          return;
        }
        default:
      }
    },
    settled: () =>
      asked === null && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve)),
    async close() {
      isOff = true;
      if (timer) clearTimeout(timer);
      waiting.length = 0;
      asked = null;
      goOn();
      await hand.end();
    },
  };
}
