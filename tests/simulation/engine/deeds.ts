import type { Case } from '../../../main/engine/approval/cases.ts';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { InputEvent } from '../../../main/engine/domain/events.ts';
import { isPerpetual } from '../../../main/engine/domain/instrument.ts';
import { floorToLot } from '../../../main/engine/domain/money.ts';
import { befall, crash } from './misfortunes.ts';
import type { Deed, DeedOf } from './operations.ts';
import { listingAt, perpetualAt, spotAt } from './picks.ts';
import type { Listing } from './sim-market.ts';
import { CARD } from './sim-models.ts';
import { MAKER } from './sim-strategy.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

const priceText = (ticks: number, { rules }: Listing): string => (ticks * rules.tickSize).toFixed(2);
const at = <T>(all: readonly T[], pick: number): T | undefined => all[pick % Math.max(1, all.length)];

/** What is asked of a person just now. */
const asked = (world: World): readonly Case[] =>
  world.engine.pipeline.approval.view.proposals().filter(({ state }) => state === 'pending' || state === 'asks-again');

/** Carries out one deed; what comes of it comes in time. @throws Violation */
export async function carryOut(world: World, deed: Deed): Promise<void> {
  switch (deed.do) {
    case 'wait':
    case 'settle':
      return;
    case 'predict':
      return predict(world, deed);
    case 'approve': {
      const held = at(asked(world), deed.pick);
      if (!held) return;
      const portion = deed.half ? 'half' : 'full';
      for (let times = deed.twice ? 2 : 1; times > 0; times -= 1) {
        world.request({ kind: 'ApproveRequested', proposalId: held.proposal.id, portion });
      }
      return;
    }
    case 'decline': {
      const held = at(asked(world), deed.pick);
      if (held) world.request({ kind: 'DeclineRequested', proposalId: held.proposal.id, why: 'not today' });
      return;
    }
    case 'change':
      return change(world, deed);
    case 'buy':
      return buy(world, deed);
    case 'sell':
      return sell(world, deed);
    case 'open':
      return open(world, deed);
    case 'close':
      return close(world, deed);
    case 'rest':
      return rest(world, deed);
    case 'switch-off':
      return world.request({ kind: 'StrategySwitchedOff', strategy: MAKER.name, why: 'the simulation said so.' });
    case 'dead-man':
      return world.request({ kind: 'DeadManSwitchSet', mode: deed.mode });
    case 'cancel': {
      const order = at(world.engine.pipeline.execution.orders.open(), deed.pick);
      if (order) world.request({ kind: 'CancelRequested', clientOrderId: order.clientOrderId });
      return;
    }
    case 'cancel-all':
      return world.request({ kind: 'CancelAllRequested' });
    case 'flatten': {
      const instrumentId = deed.pick === null ? null : listingAt(world, deed.pick).record.id;
      return world.request({ kind: 'FlattenRequested', instrumentId });
    }
    case 'kill':
      return world.request({ kind: 'KillSwitchSet', on: deed.on });
    case 'arm':
      return world.request({ kind: 'ArmSet', armed: deed.on });
    case 'limits': {
      const before = world.engine.pipeline.risk.view.limits();
      const limits = {
        ...before,
        positionNotionalQuoteMax: String(deed.notional),
        ordersPerMinuteMax: deed.perMinute,
      };
      return world.request({ kind: 'LimitsSet', limits });
    }
    case 'mandate':
      return world.request({ kind: 'MandateSet', mandate: deed.on ? mandateOf(world) : null });
    case 'move': {
      const listing = listingAt(world, deed.pick);
      world.print(listing, Math.round(listing.lastTicks * (1 + deed.bps / 10_000)), 20_000);
      return;
    }
    case 'request-fault':
    case 'stream-fault':
      world.faults.plan(deed.fault);
      return;
    case 'world':
      return befall(world, deed);
    case 'crash':
      return crash(world, deed);
  }
}

const mandateOf = (world: World): Extract<InputEvent, { kind: 'MandateSet' }>['mandate'] => ({
  name: 'small ones',
  notionalQuoteMax: '3000',
  minProbability: 0.6,
  instrumentIds: world.venue.listings.map(({ record }) => record.id),
  fromHourUtc: 0,
  toHourUtc: 0,
  validUntilMs: world.time.nowMs + 600_000,
});

function predict(world: World, { pick, up }: DeedOf<'predict'>): void {
  const nowMs = world.life.process.nowMs();
  world.guard(() =>
    world.life.predict({
      kind: 'PredictionArrived',
      requestId: 'simulated',
      instrumentId: spotAt(world, pick).record.id,
      timeframe: '1m',
      candleCloseTimeMs: Math.floor(nowMs / MINUTE_MS) * MINUTE_MS,
      model: CARD.name,
      version: '1.0.0',
      modelHash: 'simulated',
      rawProbability: up,
      probability: up,
      record: { saidFrom: 0.8, saidTo: 1, rightShare: 0.8, n: 200 },
      edge: 'measured',
      latencyMs: 10,
      late: false,
    }),
  );
}

/** The strategy's word about the last candle of an instrument. */
function rest(world: World, { pick, buyBps, sellBps, quote, twice }: DeedOf<'rest'>): void {
  const { record, rules, lastTicks } = listingAt(world, pick);
  const last = lastTicks * rules.tickSize;
  const at = (bps: number) => ({ qty: quote / last, price: last * (1 + bps / 10_000) });
  const rests = { ...(buyBps !== null && { buy: at(buyBps) }), ...(sellBps !== null && { sell: at(sellBps) }) };
  const event: InputEvent = {
    kind: 'StrategySpoke',
    strategy: MAKER.name,
    timeframe: '1m',
    candleCloseTimeMs: Math.floor(world.life.process.nowMs() / MINUTE_MS) * MINUTE_MS,
    isWarm: true,
    wishes: [{ instrumentId: record.id, wish: null, rests }],
  };
  for (let times = twice ? 2 : 1; times > 0; times -= 1) world.request(event);
}

function change(world: World, { pick, what }: DeedOf<'change'>): void {
  const held = at(asked(world), pick);
  if (!held) return;
  const { proposal } = held;
  const instrument = world.engine.pipeline.instruments.view.get(proposal.instrumentId);
  if (!instrument) return;
  const less = floorToLot((parseDecimal(held.qtyBase) * 6n) / 10n, instrument).atoms;
  const lower = (text: string): string => formatDecimal(parseDecimal(text) - instrument.tickSize * 3n);
  const changes = [
    { qtyBase: formatDecimal(less) },
    { entryPrice: lower(proposal.entryPrice) },
    proposal.stopPrice === null ? { targetPrice: null } : { stopPrice: lower(proposal.stopPrice) },
    { targetPrice: null },
  ];
  world.request({ kind: 'ChangeRequested', proposalId: proposal.id, change: changes[what] ?? {} });
}

function buy(world: World, deed: DeedOf<'buy'>): void {
  const listing = spotAt(world, deed.pick);
  const { rules, lastTicks } = listing;
  const from = (bps: number): string => priceText(Math.round(lastTicks * (1 + bps / 10_000)), listing);
  const lots = Math.max(1, Math.floor(deed.quote / (lastTicks * rules.tickSize * rules.lotSize)));
  world.tickets += 1;
  const event: InputEvent = {
    kind: 'ManualOrderRequested',
    requestId: `ticket-${world.seed}-${world.tickets}`,
    instrumentId: listing.record.id,
    side: 'buy',
    type: deed.type,
    qtyBase: (lots * rules.lotSize).toFixed(5),
    limitPrice: deed.type === 'market' ? null : from(deed.bps),
    stopPrice: deed.stopBps === null ? null : from(-40 - deed.stopBps),
    targetPrice: deed.targetBps === null ? null : from(20 + deed.targetBps),
  };
  for (let times = deed.twice ? 2 : 1; times > 0; times -= 1) world.request(event);
}

function sell(world: World, deed: DeedOf<'sell'>): void {
  const positions = world.engine.pipeline.ledger.portfolio
    .positions()
    .filter(({ instrumentId }) => !isPerpetual(instrumentId));
  const position = at(positions, deed.pick);
  const instrument = position && world.engine.pipeline.instruments.view.get(position.instrumentId);
  if (!position || !instrument) return;
  const listing = world.listingOf(position.instrumentId);
  const wish = (position.qtyBase * BigInt(Math.round(deed.share * 1_000))) / 1_000n;
  world.tickets += 1;
  world.request({
    kind: 'ManualOrderRequested',
    requestId: `ticket-${world.seed}-${world.tickets}`,
    instrumentId: position.instrumentId,
    side: 'sell',
    type: deed.type,
    qtyBase: formatDecimal(floorToLot(wish, instrument).atoms),
    limitPrice:
      deed.type === 'market' ? null : priceText(Math.round(listing.lastTicks * (1 + deed.bps / 10_000)), listing),
    stopPrice: null,
    targetPrice: null,
  });
}

/** An entry long or short; its stop and target lie behind and beyond it, on the tick. */
function open(world: World, deed: DeedOf<'open'>): void {
  const listing = perpetualAt(world, deed.pick);
  if (!listing) return;
  const { rules, lastTicks } = listing;
  const sign = deed.side === 'buy' ? 1 : -1;
  const at = (bps: number): string => priceText(Math.round(lastTicks * (1 + (sign * bps) / 10_000)), listing);
  const lots = Math.max(1, Math.floor(deed.quote / (lastTicks * rules.tickSize * rules.lotSize)));
  world.tickets += 1;
  const event: InputEvent = {
    kind: 'ManualOrderRequested',
    requestId: `ticket-${world.seed}-${world.tickets}`,
    instrumentId: listing.record.id,
    side: deed.side,
    type: deed.type,
    qtyBase: (lots * rules.lotSize).toFixed(5),
    limitPrice: deed.type === 'market' ? null : at(deed.bps),
    stopPrice: deed.stopBps === null ? null : at(-40 - deed.stopBps),
    targetPrice: deed.targetBps === null ? null : at(20 + deed.targetBps),
  };
  for (let times = deed.twice ? 2 : 1; times > 0; times -= 1) world.request(event);
}

/** Asks for what there is, or for more of it than there is. */
function close(world: World, deed: DeedOf<'close'>): void {
  const positions = world.engine.pipeline.ledger.portfolio
    .positions()
    .filter(({ instrumentId }) => isPerpetual(instrumentId));
  const position = at(positions, deed.pick);
  const instrument = position && world.engine.pipeline.instruments.view.get(position.instrumentId);
  if (!position || !instrument) return;
  const listing = world.listingOf(position.instrumentId);
  const [side, size, sign] =
    position.qtyBase > 0n ? (['sell', position.qtyBase, 1] as const) : (['buy', -position.qtyBase, -1] as const);
  const wish = (size * BigInt(Math.round(deed.share * 1_000))) / 1_000n;
  const ticks = Math.round(listing.lastTicks * (1 - (sign * deed.bps) / 10_000));
  world.tickets += 1;
  world.request({
    kind: 'ManualOrderRequested',
    requestId: `ticket-${world.seed}-${world.tickets}`,
    instrumentId: position.instrumentId,
    side,
    type: deed.type,
    qtyBase: formatDecimal(floorToLot(wish, instrument).atoms),
    limitPrice: deed.type === 'market' ? null : priceText(ticks, listing),
    stopPrice: null,
    targetPrice: null,
    reduceOnly: true,
  });
}
