import { expect } from 'vitest';
import type { RiskLimits } from '../../main/engine/domain/proposal.ts';
import { CARD, type SimModels, SPEAKING_WHEN_TOLD } from '../simulation/engine/sim-models.ts';
import { MAKER } from '../simulation/engine/sim-strategy.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { approve, mandate, nothingSent, predict, proposal, proposed, signedFor } from './proposals.ts';
import { BTC, Scene } from './scene.ts';

const MINUTE_MS = 60_000;

const passTo = (scene: Scene, timeMs: number): Promise<void> => scene.pass(timeMs - scene.world.time.nowMs);
const lastLine = (scene: Scene): string => scene.journal().at(-1) ?? '';

function setLimits(scene: Scene, change: Partial<RiskLimits>): void {
  const limits = { ...scene.desk().limits, ...change };
  scene.world.request({ kind: 'LimitsSet', limits });
}

async function afterExpiry(): Promise<void> {
  const early = await Scene.open({ approvalTtlMs: 20_000 });
  const answered = proposed(early);
  await passTo(early, answered.expiresAtMs);
  approve(early, answered.id);
  expect(proposal(early, answered.id).state).toBe('signed');

  const scene = await Scene.open({ approvalTtlMs: 20_000 });
  const { id, expiresAtMs } = proposed(scene);
  await passTo(scene, expiresAtMs + 1);
  approve(scene, id);
  expect(proposal(scene, id)).toMatchObject({ state: 'lapsed', stateNote: 'nobody answered in time', signedBy: null });
  expect(lastLine(scene)).toContain('it lapsed before your answer');
  await scene.pass(30_000);
  approve(scene, id);
  expect(nothingSent(scene)).toBe(true);
  await scene.rest();
}

async function afterPriceMoved(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const before = proposed(scene);
  scene.move(30);
  approve(scene, before.id);
  const again = proposal(scene, before.id);
  expect(again).toMatchObject({ state: 'asks-again', entryPrice: before.entryPrice, qtyBase: before.qtyBase });
  expect(again.stateNote).toBe('the price moved +30.0 bps since you were asked, the band is ±15');
  expect(Number(again.bandPrice)).toBeGreaterThan(Number(before.bandPrice));
  expect(lastLine(scene)).toContain('asks again: the price moved');
  // A second press of the key was meant for the question before, and so was what another screen still shows.
  approve(scene, before.id);
  approve(scene, before.id, before.terms);
  expect(nothingSent(scene)).toBe(true);
  await scene.pass(1_000);
  approve(scene, before.id);
  const sent = scene.order(signedFor(scene, before.id) as string);
  expect(sent).toMatchObject({ limitPrice: before.entryPrice, qtyBase: before.qtyBase });
  await scene.rest();
}

async function afterLimitsLowered(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const before = proposed(scene);
  setLimits(scene, { positionNotionalQuoteMax: '3000' });
  approve(scene, before.id);
  expect(nothingSent(scene)).toBe(true);
  const again = proposal(scene, before.id);
  expect(again.state).toBe('asks-again');
  expect(again.stateNote).toContain('the limit is 3000');
  expect(Number(again.qtyBase)).toBeLessThan(Number(before.qtyBase));
  await scene.pass(1_000);
  approve(scene, before.id, before.terms);
  expect(lastLine(scene)).toContain('its terms changed since they were on your screen');
  expect(nothingSent(scene)).toBe(true);
  approve(scene, before.id);
  expect(scene.order(signedFor(scene, before.id) as string).qtyBase).toBe(again.qtyBase);
  await scene.rest();
}

async function afterLimitsForbid(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 20_000 });
  const { id } = proposed(scene);
  setLimits(scene, { positionNotionalQuoteMax: '1' });
  for (let presses = 0; presses < 5; presses += 1) {
    approve(scene, id);
    expect(proposal(scene, id)).toMatchObject({
      state: 'asks-again',
      stateNote: expect.stringContaining('the limit is 1'),
    });
    await scene.pass(1_000);
  }
  await scene.until('the end of the question', () => proposal(scene, id).state === 'lapsed');
  expect(nothingSent(scene)).toBe(true);
  await scene.rest();
}

async function afterModelHalted(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const { id } = proposed(scene);
  const why = 'the ml-host ended (signal SIGKILL)';
  scene.hear({ kind: 'ModelStateChanged', model: CARD.name, version: CARD.version, state: 'halted', why });
  approve(scene, id);
  const note = `Simulated 1.0.0 may no longer speak for it: it is halted: ${why}`;
  expect(proposal(scene, id)).toMatchObject({ state: 'lapsed', stateNote: note });
  expect(scene.journal().slice(-3)).toEqual([
    `simulated abstains: it is halted: ${why}.`,
    expect.stringContaining(`lapsed: ${note}`),
    `it lapsed before your answer: ${note}`,
  ]);
  // Back again, it has to propose anew: what lapsed stays so.
  scene.hear({ kind: 'ModelStateChanged', model: CARD.name, version: CARD.version, state: 'ready', why: '' });
  approve(scene, id);
  expect(lastLine(scene)).toBe('it has lapsed');
  expect(nothingSent(scene)).toBe(true);
  await scene.rest();
}

async function haltedAfterSigning(): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const { id } = proposed(scene);
  scene.world.faults.plan('submit-slow');
  approve(scene, id);
  const clientOrderId = signedFor(scene, id) as string;
  scene.hear({ kind: 'ModelStateChanged', model: CARD.name, version: CARD.version, state: 'halted', why: 'gone' });
  await scene.until('the fill', () => scene.order(clientOrderId).state === 'filled');
  expect(proposal(scene, id).state).toBe('signed');
  await scene.until('the stop', () => scene.desk().positions[0]?.stopState === 'on-venue');
  await scene.rest();
}

/** The licence of the scene's model ends between two ticks, ten seconds after the scene opens. */
async function licenceEnds(signer: 'person' | 'mandate'): Promise<void> {
  const openedMs = (await Scene.open()).world.time.nowMs;
  const licensedUntilMs = openedMs + 10_100;
  const models: SimModels = { ...SPEAKING_WHEN_TOLD, cards: [{ ...CARD, licensedUntilMs }] };
  const scene = await Scene.open({ approvalTtlMs: 60_000 }, models);
  const { id } = proposed(scene);
  await passTo(scene, licensedUntilMs - 1);
  expect(proposal(scene, id).state).toBe('pending');
  await passTo(scene, licensedUntilMs);
  if (signer === 'person') approve(scene, id);
  else {
    scene.world.request({ kind: 'MandateSet', mandate: mandate(scene) });
    await scene.pass(1_000);
  }
  const ended = 'its licence to trade ended at 2026-01-05 11:50 UTC';
  expect(proposal(scene, id)).toMatchObject({ state: 'lapsed', stateNote: expect.stringContaining(ended) });
  await scene.pass(5 * MINUTE_MS);
  expect(scene.journal()).toContain(`simulated abstains: ${ended}.`);
  predict(scene);
  const votes = scene.events.findLast((event) => event.kind === 'VotesCounted' && event.instrumentId === BTC);
  const others = [{ agent: 'momentum-rule' }, { agent: MAKER.name }];
  expect(votes).toMatchObject({ votes: [{ agent: 'simulated', stance: 'abstain', note: ended }, ...others] });
  expect(nothingSent(scene)).toBe(true);
  await scene.rest();
}

async function acrossRestart(power: boolean): Promise<void> {
  const scene = await Scene.open({ approvalTtlMs: 60_000 });
  const { id, terms } = proposed(scene);
  await scene.kill(2_000, power);
  await scene.pass(5_000);
  // Power may take with it what nobody had acted upon: then there is no such proposal any more.
  const kept = scene.desk().proposals.find((row) => row.id === id);
  if (!power) expect(kept).toMatchObject({ state: 'lapsed', stateNote: 'the engine was restarted' });
  expect(kept?.state ?? 'lapsed').toBe('lapsed');
  scene.world.request({ kind: 'ApproveRequested', proposalId: id, portion: 'full', terms });
  expect(lastLine(scene)).toMatch(/it has lapsed|there is no such proposal/);
  expect(nothingSent(scene)).toBe(true);
  await scene.rest();
}

const CASES: readonly FaultCase[] = [
  {
    id: 'approval-after-expiry',
    title: 'the key is pressed a millisecond after the question’s time was up',
    injected: 'a person, on a simulated clock',
    holds: 'To the last millisecond it is signed; after it the proposal lapses and nothing is sent.',
    seen: 'The proposal as lapsed, “nobody answered in time”, and in the journal that it lapsed before the answer.',
    check: afterExpiry,
  },
  {
    id: 'approval-after-price-moved',
    title: 'the price leaves the band while the person reads',
    injected: 'simulated market: one print 30 bps away',
    holds:
      'It asks again and signs nothing; a key pressed twice or old terms on another screen sign nothing; then what was shown is signed.',
    seen: 'The proposal asks again, with how far the price moved, the band, and a new middle of it.',
    check: afterPriceMoved,
  },
  {
    id: 'approval-after-limits-lowered',
    title: 'a limit is lowered between the showing and the approval',
    injected: 'a person lowers the position limit',
    holds:
      'It asks again with the smaller quantity; the old terms are refused; what is signed is what was shown, to the lot.',
    seen: 'The proposal asks again, with the gate’s words and the smaller quantity; “its terms changed”.',
    check: afterLimitsLowered,
  },
  {
    id: 'approval-after-limits-forbid',
    title: 'the limits no longer allow it at all when it is approved',
    injected: 'a person lowers the position limit below the smallest order',
    holds: 'However often it is approved, nothing is signed; it lapses in the end.',
    seen: 'The proposal asks again with the gate’s words, then as lapsed.',
    check: afterLimitsForbid,
  },
  {
    id: 'approval-after-model-halted',
    title: 'the model behind a proposal is gone when it is approved',
    injected: 'the model client says that the model’s process ended',
    holds: 'The proposal lapses and is not signed; it stays lapsed when the model is back.',
    seen: 'The proposal as lapsed, with the model and why it is halted; the same in the journal.',
    check: afterModelHalted,
  },
  {
    id: 'model-halted-after-signature',
    title: 'the model behind an order is halted while the order is on its way',
    injected: 'simulated wire: a slow submit; the model client says that the process ended',
    holds: 'What is signed stays signed: it fills and gets its stop.',
    seen: 'The proposal as signed, the position with its stop on the venue.',
    check: haltedAfterSigning,
  },
  {
    id: 'approval-after-licence-ended',
    title: 'the model’s licence to trade ends while its proposal waits for a person',
    injected: 'a card whose licence ends, on a simulated clock, between two ticks',
    holds:
      'At that very millisecond an approval signs nothing and the proposal lapses; the model abstains from then on.',
    seen: 'The proposal as lapsed with the end of the licence; the same in the journal and in the model’s vote.',
    check: () => licenceEnds('person'),
  },
  {
    id: 'mandate-after-licence-ended',
    title: 'the model’s licence to trade ends while its proposal waits for a mandate',
    injected: 'a card whose licence ends, on a simulated clock, between two ticks',
    holds: 'The mandate signs nothing on the next tick: the proposal has lapsed before it looks.',
    seen: 'The proposal as lapsed with the end of the licence.',
    check: () => licenceEnds('mandate'),
  },
  {
    id: 'pending-across-crash',
    title: 'the program is killed while a proposal waits',
    injected: 'simulated process: killed and started again',
    holds: 'The proposal lapses at the start; an approval from a screen that still shows it signs nothing.',
    seen: 'The proposal as lapsed, “the engine was restarted”.',
    check: () => acrossRestart(false),
  },
  {
    id: 'pending-across-power-cut',
    title: 'the power fails while a proposal waits',
    injected: 'simulated disk: what was not synced is lost',
    holds: 'Whether the disk kept the proposal or not: an approval after the start signs nothing.',
    seen: 'The proposal as lapsed, or none.',
    check: () => acrossRestart(true),
  },
];

export const APPROVALS: FaultPart = { title: 'Approvals', cases: CASES };
