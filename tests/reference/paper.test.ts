/** The running engine at a market that plays real candles, second by second, beside both gears over the same candles of the file. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCandleFile, sliceWindow, writeCandleFile } from '../../main/candle-files/index.ts';
import { openAccountFolder } from '../../main/data-folder.ts';
import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import type { CandleRow, StrategyRecord } from '../../main/engine/domain/events.ts';
import { replayJournal } from '../../main/engine/journal-check.ts';
import type { ReplayVerdict } from '../../main/engine/kernel/replay.ts';
import { runBacktest } from '../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../main/lab/backtest/settings.ts';
import type { ExactMarket, ExactRun } from '../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../main/lab/exact/run-exact.ts';
import { splitGap } from '../../main/lab/gap/split-gap.ts';
import { wholeRecord } from '../../main/lab/strategy/strategy-agents.ts';
import { loadRecordedSource, type MarketSource } from '../../main/practice/market/index.ts';
import { fiveMinutes } from '../support/candle-columns.ts';
import { gapOrder, type Leg, Legs, type Pair, priceOf } from '../support/order-legs.ts';
import { deskAlone, type PaperRun, tradeOnPaper } from '../support/paper-session.ts';
import { atoms, atomsText } from '../support/raw-books.ts';
import { hasRealData, realData } from '../support/real-data.ts';
import { expectSame } from '../support/same-run.ts';
import { LIMITS } from '../support/small-engine.ts';
import { TapeVenue } from '../support/tape-venue.ts';

const DAY_MS = 86_400_000;
const BAR_MS = 300_000;
/** A Sunday that moved. */
const START_MS = Date.UTC(2023, 2, 12);
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
/** Whole days before and after, for a market has a past, and goes on. */
const PLAYED = { fromMs: START_MS - 3 * DAY_MS, toMs: START_MS + 2 * DAY_MS };
const UNIT = 10n ** 18n;
/** What the gears reckon with for a taker: one basis point, and at these sizes less than a tenth of one for the impact. */
const GEARS_SHARE = 1.1 / 10_000;

interface Case {
  readonly title: string;
  readonly strategy: StrategyRecord;
  readonly hours: number;
  /** Candles after which it is asked: the engine is told of them as its past, and in the gears the last of them closes as the session begins. */
  readonly barsToWarm: number;
  /** Between entries of paper and of the gears. A share is of an equity that lies a few cents apart: enough for one lot. */
  readonly lotsApart: bigint;
  /** Trades that end at their stop. */
  readonly stops: number;
}

const CASES: readonly Case[] = [
  {
    title: 'a cross of averages in a quantity',
    strategy: { name: 'sma-cross', timeframe: '5m', params: { fast: 2, slow: 5, qty: 0.008 } },
    hours: 8,
    barsToWarm: 5,
    lotsApart: 0n,
    stops: 0,
  },
  {
    title: 'a return to the mean, with stops, in a share of equity',
    strategy: {
      name: 'mean-reversion',
      timeframe: '5m',
      params: { bars: 10, width: 1, rsiBars: 5, rsiBelow: 45, stopAtr: 3, share: 0.02 },
    },
    hours: 14,
    barsToWarm: 15,
    lotsApart: 1n,
    stops: 4,
  },
  {
    title: 'the cheap one of a pair, by both',
    strategy: {
      name: 'pairs',
      timeframe: '5m',
      params: { bars: 20, enterAt: 0.6, leaveAt: 0.2, giveUpAt: 20, share: 0.02 },
      instruments: ['binance:BTC/USDT', 'binance:ETH/USDT'],
    },
    hours: 8,
    barsToWarm: 20,
    lotsApart: 1n,
    stops: 0,
  },
];

/** [instrument, bar of the entry, bar of the exit, why it was left], of what was bought and sold again. */
type Wish = readonly [number, number, number, string];

function wishesOf(legs: Legs, ids: readonly string[], barOf: (leg: Leg) => number): readonly Wish[] {
  return ids.flatMap((id, instrument) => {
    const own = legs.of(id);
    expect(own.map(({ side }) => side)).toEqual(own.map((_, at) => (at % 2 === 0 ? 'buy' : 'sell')));
    return own.flatMap((exit, at): Wish[] => {
      const entry = own[at - 1];
      if (exit.side === 'buy' || !entry) return [];
      return [[instrument, barOf(entry), barOf(exit), exit.purpose === 'stop' ? 'stop_loss' : 'signal']];
    });
  });
}

const wishesOfRun = ({ trades }: Pick<ExactRun, 'trades'>): readonly Wish[] =>
  trades
    .map(({ instrument, entryBar, exitBar, reason }): Wish => [instrument, entryBar, exitBar, reason])
    .sort(([a, b], [c, d]) => a - c || b - d);

let root: string;
let source: MarketSource;
/** Of the file, never of the market that plays it. */
let minutes: readonly CandleColumns[];

beforeAll(async () => {
  if (!hasRealData) return;
  root = mkdtempSync(join(tmpdir(), 'countersign-paper-'));
  mkdirSync(join(root, 'recorded'));
  minutes = await Promise.all(
    SYMBOLS.map(async (symbol) => {
      const path = realData(`candles/1m/binance_${symbol}_1m_20230301-20240331.csv.gz`);
      const file = await readCandleFile(path, { window: PLAYED });
      if (!file.ok) throw new Error(file.error.message);
      const { columns } = file.value;
      await writeCandleFile(join(root, 'recorded', `binance_${symbol}_1m_20230309-20230313.csv`), columns);
      return columns;
    }),
  );
  const loaded = await loadRecordedSource({ dir: join(root, 'recorded'), anchorMs: START_MS });
  if (!loaded.ok) throw new Error(loaded.error.message);
  source = loaded.value;
});
afterAll(() => {
  if (hasRealData) rmSync(root, { recursive: true });
});

describe.skipIf(!hasRealData).each(CASES)(
  '$title, on paper and in both gears',
  ({ strategy, hours, barsToWarm, lotsApart, stops }) => {
    const endMs = START_MS + hours * 3_600_000;
    const ids = SYMBOLS.map((symbol) => `binance:${symbol.replace('USDT', '')}/USDT`);
    const told: { readonly id: string; readonly candle: CandleRow }[] = [];
    const legs = { paper: new Legs(), exact: new Legs() };
    const gearsFromMs = START_MS - barsToWarm * BAR_MS;
    let paper: PaperRun;
    let markets: readonly ExactMarket[];
    let exact: ExactRun;
    let fast: ReturnType<typeof runBacktest>;
    let replayed: ReplayVerdict;

    beforeAll(async () => {
      const venue = new TapeVenue({ source, symbols: SYMBOLS, startMs: START_MS, pastBars: barsToWarm });
      const account = openAccountFolder(join(root, strategy.name), 'paper');
      paper = await tradeOnPaper({
        account,
        venue,
        strategy,
        limits: LIMITS,
        startMs: START_MS,
        endMs,
        watch(event, timeMs) {
          if (event.kind === 'FillBooked') legs.paper.add(event, timeMs);
          else if (event.kind === 'CandleClosed' && event.timeframe === '5m')
            told.push({ id: event.instrumentId, candle: event.candle });
        },
      });
      replayed = replayJournal(account, join(root, 'no models'), deskAlone);

      markets = minutes.map((columns, at) => {
        const record = venue.instruments[at]!;
        const { tickSize, lotStep, minNotional } = record;
        return {
          record,
          rules: { tickSize: Number(tickSize), lotStep: Number(lotStep), minNotional: Number(minNotional) },
          candles: fiveMinutes(sliceWindow(columns, { fromMs: gearsFromMs, toMs: endMs })),
        };
      });
      const definition = wholeRecord(strategy);
      const plan = { strategy: definition.strategy, params: definition.record.params, markets, settings: REALISTIC };
      exact = await runExact({
        ...plan,
        limits: LIMITS,
        watch: (event, timeMs) => event.kind === 'FillBooked' && legs.exact.add(event, timeMs),
      });
      fast = runBacktest(plan);
    }, 120_000);

    it('the market played the candles of the file', () => {
      const lots = (volume: number): number => Number(volume.toFixed(8));
      for (const [at, { candles }] of markets.entries()) {
        const { openTimeMs, open, high, low, close, volume } = candles;
        const rows = [...close.keys()].map((bar) => [
          openTimeMs[bar],
          open[bar],
          high[bar],
          low[bar],
          close[bar],
          lots(volume[bar]!),
        ]);
        const own = told.flatMap(({ id, candle }) =>
          id === ids[at] ? [[...candle.slice(0, 5), lots(candle[5])]] : [],
        );
        expect(own).toEqual(rows.slice(barsToWarm));
      }
    });

    it('wanted the same: instruments, bars of entry and exit, reasons', () => {
      const wanted = wishesOf(legs.paper, ids, barOf);
      expect(wanted.length).toBeGreaterThanOrEqual(20);
      expect(wanted.filter(([, , , reason]) => reason === 'stop_loss')).toHaveLength(stops);
      expect(wishesOfRun(exact)).toEqual(wanted);
      expect(wishesOfRun(fast)).toEqual(wanted);
    });

    it(`both gears gave the same fills and the same money${stops > 0 ? ', but for the tick that a stop is signed on' : ''}`, () => {
      if (stops === 0) expectSame(exact, fast);
      else expect(Math.abs(exact.equityQuote.at(-1)! - fast.equityQuote.at(-1)!)).toBeLessThan(0.01);
    });

    it('was the same size, but for what the venue takes in coins', () => {
      for (const [at, { record }] of markets.entries()) {
        const lot = atoms(record!.lotStep);
        let [held, bought] = [0n, 0n];
        for (const { onPaper, inGear } of pairs(ids[at]!)) {
          if (onPaper.side === 'buy') {
            const more = onPaper.qty - inGear.qty;
            expect(more < 0n ? -more : more).toBeLessThanOrEqual(lotsApart * lot);
            // A thousandth, of the coins.
            expect(onPaper.feeBase * 1_000n).toBe(onPaper.qty);
            bought = onPaper.qty - onPaper.feeBase;
            held += bought;
          } else {
            // Whole lots of all that is held; the stop of an entry, of what that brought.
            const most = onPaper.purpose === 'stop' ? bought : held;
            expect(onPaper.qty).toBe(most - (most % lot));
            held -= onPaper.qty;
          }
        }
      }
    });

    it('was filled where the market stood a second after the close, the gears at the open and what they reckon with', () => {
      for (const [at, symbol] of SYMBOLS.entries()) {
        const { record, candles } = markets[at]!;
        // Prices are floats here: a hair more.
        const tick = Number(record!.tickSize) + 1e-9;
        for (const { onPaper, inGear } of pairs(ids[at]!)) {
          const [open, close] = [candles.open[barOf(onPaper)]!, candles.close[barOf(onPaper)]!];
          if (onPaper.purpose === 'stop') {
            const moved = spanOf(printsOf(symbol, onPaper.timeMs - 1_000, onPaper.timeMs));
            // From one stop: there by the print that came to it, here by what a taker pays at it.
            expect(apart(onPaper, priceOf(inGear))).toBeLessThanOrEqual(moved + GEARS_SHARE * open + 2 * tick);
            continue;
          }
          const wantedAt = candles.close[barOf(onPaper) - 1]!;
          const since = printsOf(symbol, candles.openTimeMs[barOf(onPaper)]!, onPaper.timeMs);
          const moved = spanOf([wantedAt, open, ...since]);
          expect(onPaper.notional).toBe(onPaper.qty * touchOf(symbol, onPaper, record!.tickSize));
          expect(apart(onPaper, open)).toBeLessThanOrEqual(moved + tick);
          const late = (Math.abs(close - open) * REALISTIC.latencyMs) / BAR_MS;
          expect(apart(inGear, open)).toBeLessThanOrEqual(GEARS_SHARE * open + late + tick);
        }
      }
    });

    it('came to the gears’ money, less what the prices, the fees and the fees’ coins made of it', () => {
      const last = markets.map(({ candles }) => atoms(String(candles.close.at(-1))));
      const gap = splitGap(ids.flatMap((id, at) => pairs(id).map((pair) => gapOrder(pair, last[at]!))));
      let worth = atoms(paper.balances.get('USDT')!);
      for (const [at, { record }] of markets.entries())
        worth += (atoms(paper.balances.get(record!.base)!) * last[at]!) / UNIT;
      // To the last digit: nothing of it is rounded.
      expect(gap.live).toBe(atomsText(worth - atoms(String(REALISTIC.cashQuote))));
      // Equity is a float: of ten thousand it has eleven places behind the point.
      expect(Number(gap.rerun)).toBeCloseTo(exact.equityQuote.at(-1)! - REALISTIC.cashQuote, 8);
      expect(gap.parts).toMatchObject({ ownOrders: '0', missedApprovals: '0', latency: '0' });
    });

    it('left a log that replays to the same fills and the same hash', () => {
      expect(replayed).toMatchObject({ same: true, sessions: 1, replayedHash: paper.decisionHash });
    });

    /** Of the gears. */
    function barOf({ timeMs }: Leg): number {
      return Math.floor((timeMs - gearsFromMs) / BAR_MS);
    }

    /** Orders of paper and of the exact gear, one beside the other. */
    function pairs(id: string): readonly Pair[] {
      const [ours, theirs] = [legs.paper.of(id), legs.exact.of(id)];
      expect(ours.map(({ side }) => side)).toEqual(theirs.map(({ side }) => side));
      return ours.map((onPaper, at) => ({ onPaper, inGear: theirs[at]! }));
    }
  },
);

const apart = (leg: Leg, price: number): number => Math.abs(priceOf(leg) - price);
const spanOf = (prices: readonly number[]): number => Math.max(...prices) - Math.min(...prices);

const printsOf = (symbol: string, fromMs: number, untilMs: number): readonly number[] =>
  source.tape(symbol, fromMs, untilMs + 1).map(({ price }) => Number(price));

/** What a taker met at the market when the order was filled, in atoms. */
const touchOf = (symbol: string, { side, timeMs }: Leg, tickSize: string): bigint =>
  atoms(source.referencePrice(symbol, timeMs)) + (side === 'buy' ? atoms(tickSize) : 0n);
