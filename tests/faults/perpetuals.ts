import { expect } from 'vitest';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import { BTC_PERPETUAL, openConnector } from '../support/venues/open-connector.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { PerpetualDesk } from './perpetual-desk.ts';

const WALLET = 'binance-usdm:USDT';
/** Where stops and targets are placed. */
const ALGO_PATH = '/fapi/v1/algoOrder';
/** Longer than a busy machine holds up a refresh, short enough to wait for. */
const COUNTDOWN_MS = 8_000;

let opened: Promise<PerpetualDesk> | null = null;
const theDesk = (): Promise<PerpetualDesk> => {
  opened ??= PerpetualDesk.open(61, COUNTDOWN_MS);
  return opened;
};
export const endPerpetualDesk = async (): Promise<void> => (await opened)?.close();

const on = (check: (desk: PerpetualDesk) => Promise<void>) => async (): Promise<void> => {
  const desk = await theDesk();
  try {
    await check(desk);
  } finally {
    await desk.venue.clearFaults();
  }
};

/** A position with stop and target resting. */
async function protectedPosition(desk: PerpetualDesk, side: 'buy' | 'sell'): Promise<void> {
  const [stopPrice, targetPrice] = side === 'buy' ? [-800, 800] : [800, -800];
  desk.click({ side, stopPrice: desk.price(stopPrice), targetPrice: desk.price(targetPrice) });
  await desk.until(
    'stop and target at rest',
    () => desk.working('stop').length === 1 && desk.working('target').length === 1,
  );
}

const fundedOnce = on(async (desk) => {
  await protectedPosition(desk, 'sell');
  const from = desk.events.length;
  await desk.lever('/_usdm/funding', { symbol: 'BTC/USDT', ratePpm: 2_000 });
  const booked = await desk.until('the booking', () =>
    desk.events.slice(from).find(({ kind }) => kind === 'IncomeBooked'),
  );
  const audits = (): number =>
    desk.events.filter((event) => event.kind === 'Reconciled' && event.venue !== undefined).length;
  const before = audits();
  await desk.until('two more audits', () => audits() >= before + 2);
  expect(desk.events.slice(from).filter(({ kind }) => kind === 'IncomeBooked')).toEqual([booked]);
  expect(desk.journal(from).join(' ')).toMatch(/funding received, \d/);
  expect(Number(desk.position()?.perpetual?.fundingQuote)).toBeGreaterThan(0);
  expect(desk.desk().safety.holds).toEqual([]);
  await desk.flat();
});

/** First of all: for 30 s a flatten closes what still comes in, whoever brings it. */
const madeElsewhere = on(async (desk) => {
  const other = openConnector(desk.venue, { market: 'usdm' });
  try {
    await other.next('AuditReceived', undefined, 0);
    const from = desk.events.length;
    other.submit(`elsewhere-${Date.now()}`, { side: 'sell', qtyBase: '0.02' });
    await desk.until('the position', () => desk.held() === -0.02);
    expect(desk.position()).toMatchObject({ signedBy: 'elsewhere', stopState: 'none' });
    expect(desk.journal(from).join(' ')).toContain('An order not sent from here works on this account');
  } finally {
    await other.close();
  }
  await desk.flat();
  expect(desk.desk().safety.holds).toEqual([]);
});

const deadManFired = on(async (desk) => {
  await protectedPosition(desk, 'buy');
  const first = desk.working('stop')[0]?.clientOrderId;
  desk.engine.request({ kind: 'DeadManSwitchSet', mode: 'all' });
  const guard = () => desk.desk().health.deadMan.guards[0];
  await desk.until('the switch armed', () => guard()?.state === 'armed' && guard()?.lastRefreshAtMs !== null);
  const from = desk.events.length;
  await desk.venue.fault({ fault: 'http-status', status: 503, path: '/fapi/v1/countdownCancelAll' });
  await desk.until('the stop cancelled by the venue', () =>
    desk.desk().orders.some((row) => row.clientOrderId === first && row.state === 'cancelled'),
  );
  await desk.until('the word of it', () => guard()?.state === 'overdue');
  expect(guard()?.problem).not.toBe('');
  await desk.venue.clearFaults();
  await desk.until('what happened in the journal', () =>
    /dead-man switch got through in time/.test(desk.journal(from).join(' ')),
  );
  await desk.until('another stop at rest', () => desk.working('stop').some((row) => row.clientOrderId !== first));
  expect(desk.position()?.stopState).toBe('on-venue');
  expect(desk.held()).toBe(0.05);
  desk.engine.request({ kind: 'DeadManSwitchSet', mode: 'off' });
  await desk.until('the switch let go', () => desk.desk().health.deadMan.guards.length === 0);
  await desk.flat();
});

/** A limit buy of more than the best ask holds: a part fills at once, and its stop rests. Returns how much that was. */
async function partlyFilled(desk: PerpetualDesk): Promise<number> {
  const { ask, askQty } = await desk.until('a small best ask', () => {
    const quote = desk.engine.pipeline.market.view.quote(BTC_PERPETUAL);
    return quote && Number(quote.askQty) < 0.35 ? quote : null;
  });
  const qtyBase = (Number(askQty) + 0.1).toFixed(3);
  desk.click({ type: 'limit', limitPrice: ask, qtyBase, stopPrice: desk.price(-800) });
  await desk.until('a stop for the part that filled', () => desk.working('stop').length === 1);
  return desk.held() < Number(qtyBase) ? desk.held() : 0;
}

const largerStopRefused = on(async (desk) => {
  let part = 0;
  // Where the market has taken all of it already there is nothing to grow.
  for (let tries = 0; part === 0 && tries < 5; tries += 1) {
    part = await partlyFilled(desk);
    if (part === 0) await desk.flat();
  }
  const small = desk.working('stop')[0]?.clientOrderId;
  const text = 'Reach max stop order limit.';
  await desk.venue.fault({
    fault: 'http-status',
    status: 400,
    code: -4045,
    msg: text,
    method: 'POST',
    path: ALGO_PATH,
  });
  const from = desk.events.length;
  await desk.lever('/_market/shock', { symbol: 'BTC/USDT', bps: -30 });
  await desk.until('the word that a part is bare', () =>
    /bare: the venue refused/.test(desk.position()?.stopNote ?? ''),
  );
  await desk.until('what no stop covers closed', () => desk.events.slice(from).some(isExitWanted));
  await desk.until('all that is held under the stop', () => desk.held() === Number(desk.working('stop')[0]?.qtyBase));
  expect(desk.working('stop').map(({ clientOrderId }) => clientOrderId)).toEqual([small]);
  const stopsTried = desk.events
    .slice(from)
    .filter((event) => event.kind === 'ReductionWanted' && event.purpose === 'stop');
  expect(stopsTried).toHaveLength(3);
  expect(desk.position()).toMatchObject({
    stopState: 'on-venue',
    bareBase: '0',
    stopNote: 'The stop rests on the venue',
  });
  await desk.venue.clearFaults();
  await desk.flat();
});

const isExitWanted = (event: EngineEvent): boolean => event.kind === 'ReductionWanted' && event.purpose === 'exit';

const liquidated = on(async (desk) => {
  desk.click({ side: 'buy', targetPrice: desk.price(900) });
  desk.click({ type: 'limit', limitPrice: desk.price(-1_500), qtyBase: '0.01' });
  await desk.until(
    'target and entry at rest',
    () => desk.working('target').length === 1 && desk.working('entry').length === 1,
  );
  const from = desk.events.length;
  // Nearly all of the free money goes, and the market falls by a seventh.
  const wallet = Number(desk.desk().account.balances.find(({ asset }) => asset === WALLET)?.ledger);
  await desk.lever('/_usdm/transfer', { add: `-${Math.floor(wallet - 250)}` });
  await desk.lever('/_market/shock', { symbol: 'BTC/USDT', bps: -1_400 });
  await desk.until(
    'the end of the position',
    () => desk.held() === 0 && desk.journal(from).some((text) => text.startsWith('Liquidated:')),
  );
  await desk.until('nothing working', () => desk.working('target').length + desk.working('entry').length === 0);
  // The money that was taken out stands as a difference until a person takes the venue's word for it.
  const difference = await desk.until('the difference', () =>
    desk.desk().safety.holds.find((hold) => hold.difference?.asset === WALLET),
  );
  expect(desk.events.slice(from).filter(({ kind }) => kind === 'FillBooked').length).toBeGreaterThan(0);
  if (difference.difference) desk.engine.request({ kind: 'DifferenceAcknowledged', ...difference.difference });
  await desk.until('no hold', () => desk.desk().safety.holds.length === 0);
});

const CASES: readonly FaultCase[] = [
  {
    id: 'perpetual-made-elsewhere',
    title: 'another program opens a position on the same account',
    injected: 'a second connector with the same key sells at market',
    holds:
      'order and fill are booked as made elsewhere; Flatten closes the position with an order that can only reduce',
    seen: 'the position, signed elsewhere and without a stop; the order in the journal',
    check: madeElsewhere,
  },
  {
    id: 'perpetual-funding-once',
    title: 'funding is paid while a short is held',
    injected: '`/_usdm/funding` of the practice venue; audits go on repeating it',
    holds: 'booked once, by the venue’s id; wallet and ledger agree, stop and target stay',
    seen: 'a line in the journal, and what was received in the position’s row',
    check: fundedOnce,
  },
  {
    id: 'perpetual-dead-man-fired',
    title: 'no refresh of the dead-man switch gets through and the venue cancels the stop of a position',
    injected: '503 on `countdownCancelAll` until it has fired, with the switch on for everything',
    holds: 'the books are read as soon as a refresh gets through, and the stop rests again',
    seen: 'the switch overdue with the reason on the health screen; what happened in the journal; the stop placed anew',
    check: deadManFired,
  },
  {
    id: 'perpetual-larger-stop-refused',
    title: 'a position grows, and the venue refuses the larger stop',
    injected: '400 with -4045 on every new conditional order, once the stop of the first part rests',
    holds:
      'tried three times with pauses while the smaller stop stays; then what it does not cover is closed at market, bound to reduce',
    seen: 'how much is bare and that the venue refused the larger stop; then the position as large as its stop',
    check: largerStopRefused,
  },
  {
    id: 'perpetual-liquidated',
    title: 'the venue liquidates a position while a target and an entry rest',
    injected: '`/_usdm/transfer` takes the free money, `/_market/shock` moves the market against the position',
    holds:
      'the venue’s own order and its fills are booked, orders that it cancelled are done with, nothing is placed anew',
    seen: 'the liquidation in the journal; the money that was taken out as a difference that holds entries until it is acknowledged',
    check: liquidated,
  },
];

export const PERPETUALS: FaultPart = { title: 'Perpetuals', cases: CASES };
