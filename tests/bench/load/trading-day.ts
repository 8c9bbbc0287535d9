import { openAccountFolder } from '../../../main/data-folder.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { createGeneratedSource } from '../../../main/practice/market/index.ts';
import { atoms, atomsText } from '../../support/raw-books.ts';
import { createPerson, startEngine } from '../../support/recorded-session.ts';
import { LIMITS } from '../../support/small-engine.ts';
import { TapeVenue } from '../../support/tape-venue.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const STEP_MS = 500;
const STEPS_PER_HOUR = 3_600_000 / STEP_MS;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
/** A person who loses all day long must be able to go on. */
const DAILY_LOSS_QUOTE_MAX = '9000';

export interface TradingHour {
  readonly hour: number;
  readonly fills: number;
  readonly proposals: number;
  /** After a full collection where the process may ask for one. */
  readonly heapBytes: number;
}

export interface TradedDay {
  readonly hours: readonly TradingHour[];
  readonly fills: number;
  readonly orders: number;
  /** What ledger and venue do not agree on; empty when all is as it must be. */
  readonly differences: readonly string[];
}

/**
 * So many hours of the real engine (log on disk, every stage, the shipped model) on the generated market and a clock of
 * their own, traded by a person who approves, halves, changes, declines and types orders; the venue keeps its own books.
 */
export async function tradeHours(
  dataDir: string,
  hours: number,
  onHour: (hour: TradingHour) => void = () => {},
): Promise<TradedDay> {
  const venue = new TapeVenue({ source: createGeneratedSource({ seed: 7 }), symbols: SYMBOLS, startMs: START_MS });
  const plan = { dataDir, seed: 7, minutes: [] };
  const { engine, time, models } = startEngine(plan, openAccountFolder(dataDir, 'day'), venue, 0, START_MS);
  await models.settled();
  engine.request({ kind: 'LimitsSet', limits: { ...LIMITS, dailyLossQuoteMax: DAILY_LOSS_QUOTE_MAX } });
  const person = createPerson(engine, createRandom(7));
  let [proposals, orders, nowMs] = [0, 0, START_MS];
  engine.onEvent(({ event }) => {
    if (event.kind === 'ProposalMade') proposals += 1;
    else if (event.kind === 'OrderPersisted') orders += 1;
  });
  const step = async (): Promise<void> => {
    nowMs += STEP_MS;
    time.advance(STEP_MS);
    venue.runTo(nowMs);
    await models.settled();
  };
  const done: TradingHour[] = [];
  for (let hour = 1; hour < hours + 1; hour += 1) {
    const before = { fills: venue.fills.length, proposals };
    for (let at = 0; at < STEPS_PER_HOUR * Math.min(1, hours - hour + 1); at += 1) {
      await step();
      person.act(nowMs);
    }
    globalThis.gc?.();
    done.push({
      hour,
      fills: venue.fills.length - before.fills,
      proposals: proposals - before.proposals,
      heapBytes: process.memoryUsage().heapUsed,
    });
    onHour(done.at(-1) as TradingHour);
  }
  // Whatever is under way comes to its end before the books are held against each other.
  engine.request({ kind: 'ArmSet', armed: false });
  engine.request({ kind: 'FlattenRequested', instrumentId: null });
  for (let at = 0; at < 60; at += 1) await step();
  venue.tellAudit();
  await step();
  const differences = differencesOf(engine, venue);
  await engine.stop();
  return { hours: done, fills: venue.fills.length, orders, differences };
}

function differencesOf(engine: ReturnType<typeof startEngine>['engine'], venue: TapeVenue): string[] {
  const { ledger, execution } = engine.pipeline;
  const found: string[] = [];
  const ours = new Map(ledger.view.balances().map(({ asset, ledger: amount }) => [asset, amount]));
  for (const [asset, theirs] of venue.balances()) {
    const mine = ours.get(asset) ?? '0';
    if (atoms(mine) !== atoms(theirs)) found.push(`${asset}: the ledger says ${mine}, the venue ${theirs}`);
  }
  const booked = new Map<string, bigint>();
  for (const fill of venue.fills) {
    const [base = '', quote = ''] = fill.instrumentId.replace('binance:', '').split('/');
    const sign = fill.side === 'buy' ? 1n : -1n;
    const notional = (atoms(fill.qtyBase) * atoms(fill.price)) / 10n ** 18n;
    for (const [asset, amount] of [
      [base, sign * atoms(fill.qtyBase)],
      [quote, -sign * notional],
      [fill.feeAsset, -atoms(fill.fee)],
    ] as const) {
      booked.set(asset, (booked.get(asset) ?? 0n) + amount);
    }
  }
  for (const [asset, change] of booked) {
    const expected = change + (asset === 'USDT' ? venue.openingQuote : 0n);
    const mine = atoms(ours.get(asset) ?? '0');
    if (mine !== expected)
      found.push(`${asset}: the fills add up to ${atomsText(expected)}, the ledger says ${ours.get(asset)}`);
  }
  for (const { asset, ledger: mine, venue: theirs } of ledger.view.differences()) {
    found.push(`${asset}: held as unexplained, ${mine} here and ${theirs} there`);
  }
  if (!execution.view.isReconciled()) found.push('the books are not reconciled');
  for (const order of execution.orders.open()) found.push(`${order.clientOrderId} is still open`);
  return found;
}
