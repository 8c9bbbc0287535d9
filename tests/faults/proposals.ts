import type { PredictionArrived } from '../../main/engine/domain/events.ts';
import type { Mandate } from '../../main/engine/domain/proposal.ts';
import type { Proposal } from '../../preload/contract.ts';
import { CARD } from '../simulation/engine/sim-models.ts';
import { BTC, type Scene } from './scene.ts';

const MINUTE_MS = 60_000;

/** The scene's model speaks about the last closed candle: sure of a rise, with an edge, unless told otherwise. */
export function predict(scene: Scene, over: Partial<PredictionArrived> = {}): void {
  const nowMs = scene.world.life.process.nowMs();
  scene.hear({
    kind: 'PredictionArrived',
    requestId: 'scripted',
    instrumentId: BTC,
    timeframe: '1m',
    candleCloseTimeMs: Math.floor(nowMs / MINUTE_MS) * MINUTE_MS,
    model: CARD.name,
    version: CARD.version,
    modelHash: 'simulated',
    rawProbability: 0.9,
    probability: 0.9,
    record: { saidFrom: 0.8, saidTo: 1, rightShare: 0.8, n: 200 },
    edge: 'measured',
    latencyMs: 10,
    late: false,
    ...over,
  });
}

/** The model proposes a purchase, which asks; its row. */
export function proposed(scene: Scene, over: Partial<PredictionArrived> = {}): Proposal {
  predict(scene, over);
  const row = waiting(scene).findLast(({ instrumentId }) => instrumentId === (over.instrumentId ?? BTC));
  if (!row) throw new Error('the prediction led to no proposal');
  return row;
}

export const waiting = (scene: Scene): Proposal[] =>
  scene.desk().proposals.filter(({ state }) => state === 'pending' || state === 'asks-again');

export function proposal(scene: Scene, id: string): Proposal {
  const row = scene.desk().proposals.find((each) => each.id === id);
  if (!row) throw new Error(`the desk shows no proposal ${id}`);
  return row;
}

/** A person approves what the screen shows of it now. */
export const approve = (scene: Scene, id: string, terms = proposal(scene, id).terms): void =>
  scene.world.request({ kind: 'ApproveRequested', proposalId: id, portion: 'full', terms });

/** Nothing was signed for it, and nothing went to the venue. */
export function nothingSent(scene: Scene): boolean {
  return scene.world.sent.size === 0 && !scene.events.some(({ kind }) => kind === 'OrderSigned');
}

/** The client order id of what was signed for a proposal. */
export function signedFor(scene: Scene, id: string): string | null {
  for (const event of scene.events) {
    if (event.kind === 'OrderSigned' && event.order.proposalId === id) return event.order.clientOrderId;
  }
  return null;
}

/** A mandate for the scene's model, for all its instruments, for the hours given. */
export const mandate = (scene: Scene, over: Partial<Mandate> = {}): Mandate => ({
  name: 'small ones',
  notionalQuoteMax: '6000',
  minProbability: 0.6,
  instrumentIds: scene.world.venue.listings.map(({ record }) => record.id),
  fromHourUtc: 0,
  toHourUtc: 0,
  validUntilMs: scene.world.time.nowMs + 24 * 3_600_000,
  ...over,
});
