import { PERPETUAL_VENUE, SPOT_VENUE } from '../../engine/domain/instrument.ts';
import { createEngine, type Engine } from '../../engine/engine.ts';
import { libraryOf } from '../../engine/model-cards.ts';
import { type OwnSession, openOwnSession } from '../user-strategies/own-session.ts';
import { ROBOT } from './approver.ts';
import { CandleVenue } from './candle-venue.ts';
import { type ExactPlan, type ExactRun, groupsOf, membersOf, timeframeOf } from './exact-plan.ts';
import { ExactSession } from './exact-session.ts';
import { HandClock } from './hand-clock.ts';
import { loggedAnswers } from './logged-answers.ts';
import { countingLog } from './memory-log.ts';

/** In a run nobody waits for orders: a strategy of the user's own has failed when it does not get on for so long. */
const OWN_ANSWER_MS_MAX = 60_000;

/**
 * The exact gear: the very engine that trades, decision to ledger, on a clock set by hand over historic candles, of spot instruments, of
 * perpetuals on margin, or of both. A proposal passes risk, is asked, signed, sent and filled as it would be live.
 * @throws RangeError where the candles have no timeframe that the engine knows, or what broke inside
 */
export async function runExact(plan: ExactPlan): Promise<ExactRun> {
  const { markets, limits, approver = ROBOT, opened = countingLog(), models, watch, stepped } = plan;
  const library = models?.library ?? models?.cards ?? [];
  const times = timesOf(plan);
  const clock = new HandClock(times[0] ?? 0);
  const venue = new CandleVenue(plan, () => clock.nowMs());
  let broken: unknown = null;
  const engine = createEngine({
    identity: {
      sessionId: 'backtest',
      build: 'lab',
      seed: 0,
      mode: 'practice',
      venue: 'binance',
      source: { kind: 'recorded', description: 'historic candles' },
    },
    limits,
    clock,
    timers: clock,
    opened,
    cards: models?.cards ?? [],
    library: libraryOf(library),
    agentsOf: membersOf(plan),
    venue,
    venues: venue.isMargin ? [SPOT_VENUE, PERPETUAL_VENUE] : [SPOT_VENUE],
    inference: (tell) => loggedAnswers(library, models?.answers ?? [], tell),
    onFatal: (error) => {
      broken ??= error;
    },
  });
  const fail = (error: unknown): void => {
    broken ??= error;
  };
  const own = openOwn(plan, engine, fail);
  const session = new ExactSession(engine, venue, clock, plan, approver, own && (() => own.settled()));
  engine.onEvent(({ event, timeMs }) => {
    session.saw(event);
    own?.saw(event);
    watch?.(event, timeMs);
  });
  const next = markets.map(() => 0);
  try {
    for (const openMs of times) {
      const due = venue.listings.flatMap((listing, at) => {
        const bar = next[at]!;
        if (listing.market.candles.openTimeMs[bar] !== openMs) return [];
        next[at] = bar + 1;
        return [{ listing, bar }];
      });
      await session.play(openMs, due);
      if (broken !== null) break;
      stepped?.(openMs, venue.equity);
    }
  } finally {
    await Promise.all([engine.stop(), own?.close()]);
  }
  if (broken !== null) throw broken;
  const decisionHash = engine.decisionHash();
  const { books, approvals, abstained, mandate } = session;
  const { trades, fills, costs, refused } = books.account;
  return {
    trades: trades.trades(),
    openTimeMs: times,
    equityQuote: Float64Array.from(books.equityQuote),
    barsInMarket: books.barsInMarket,
    fills,
    costs,
    refused,
    approvals,
    mandateRefused: mandate?.refused ?? new Map(),
    abstained,
    decisionHash,
  };
}

/** A strategy of the user's own; one that is switched off has failed the run. */
function openOwn(plan: ExactPlan, engine: Engine, fail: (error: Error) => void): OwnSession | null {
  if (!('own' in plan)) return null;
  const { own, params, markets } = plan;
  return openOwnSession({
    name: own.outline.name,
    params,
    timeframe: timeframeOf(markets),
    groups: groupsOf(plan, own.outline.instruments),
    account: engine.pipeline.account,
    hire: own.hire,
    answerMsMax: OWN_ANSWER_MS_MAX,
    loadMsMax: OWN_ANSWER_MS_MAX,
    spoke: (event) => void engine.request(event),
    switchedOff: (why) => fail(new Error(why)),
  });
}

/** Every time at which some instrument has a bar, once. */
function timesOf({ markets }: ExactPlan): Float64Array {
  const [first] = markets;
  if (first && markets.length === 1) return first.candles.openTimeMs;
  const all = Float64Array.from(markets.flatMap(({ candles }) => [...candles.openTimeMs])).sort();
  return all.filter((timeMs, at) => at === 0 || timeMs !== all[at - 1]);
}
