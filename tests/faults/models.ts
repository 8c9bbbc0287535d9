import { expect } from 'vitest';
import type { Proposal } from '../../preload/contract.ts';
import { MAKER } from '../simulation/engine/sim-strategy.ts';
import { graphPackage } from '../support/graph-model.ts';
import type { SmallPackage } from '../support/small-model.ts';
import type { FaultCase, FaultPart } from './case.ts';
import { ANSWERS, GRAPHS, model } from './model-graphs.ts';
import { ModelScene } from './model-scene.ts';
import { approve, mandate, nothingSent, proposal, signedFor } from './proposals.ts';

/** So much is printed that the momentum rule takes the candle for a breakout. */
const HEAVY = 5_000_000;

/** It speaks for a side only when it is as good as certain. */
const QUIET = { probabilityMin: 0.9999 };

/** The one proposal that waits in bitcoin. */
function onlyWaiting(models: ModelScene): Proposal {
  const [row, ...others] = models.waiting();
  expect(others).toEqual([]);
  if (!row) throw new Error('no proposal waits');
  return row;
}

/**
 * The model fails on a falling candle; the momentum rule proposes on the next, and its card shows why the model says nothing.
 * A sound model beside it goes on answering.
 */
async function failsOnAFall(name: 'nan' | 'infinite' | 'chatty', problem: RegExp): Promise<void> {
  await ModelScene.run([await model(name, QUIET), await model('follower', QUIET)], async (models) => {
    await models.declineAll();
    for (let minute = 0; minute < 5; minute += 1) await models.candle(-10);
    expect(models.vote('follower')).toMatchObject({ stance: 'hold', note: expect.stringContaining('% up') });
    expect(models.row(name).note).toMatch(problem);
    await models.candle(90, HEAVY);
    const breakout = onlyWaiting(models);
    expect(breakout.agent).toBe('Momentum rule');
    const vote = breakout.votes.find(({ agent }) => agent === name);
    expect(vote).toMatchObject({ stance: 'abstain', probability: null, note: expect.stringMatching(problem) });
    expect(models.row(name).state).toBe('ready');
  });
}

async function wrongShape(): Promise<void> {
  const wide = await graphPackage('wide', { ...GRAPHS.constant, inputs: 13 }, ANSWERS.constant);
  await ModelScene.run([wide, await model('follower')], async (models) => {
    const reason = 'wide/1.0.0/model.onnx: input features is float32[batch, 13], expected float32[batch, 12]';
    expect(models.row('wide')).toMatchObject({ state: 'refused', note: `${reason}.` });
    expect(models.scene.journal()).toContain(`wide abstains: it is halted: it was not loaded, ${reason}.`);
    await models.candle(40);
    expect(onlyWaiting(models).agent).toBe('Model follower 1.0.0');
    expect(models.vote('wide')).toEqual({ stance: 'abstain', note: `it is halted: it was not loaded, ${reason}` });
  });
}

async function noLicence(): Promise<void> {
  const unlicensed = await model('constant');
  const { licensedUntilMs: _none, ...card } = unlicensed.card;
  await ModelScene.run(
    [{ ...unlicensed, card: card as SmallPackage['card'] }, await model('follower')],
    async (models) => {
      expect(models.row('constant')).toMatchObject({
        state: 'refused',
        note: expect.stringContaining('licensedUntilMs'),
      });
      await models.candle(40);
      const heard = onlyWaiting(models).votes.map(({ agent }) => agent);
      expect(heard).toEqual(['follower', 'momentum-rule', MAKER.name]);
    },
  );
}

async function constantAnswers(): Promise<void> {
  await ModelScene.run([await model('constant')], async (models) => {
    const said = () =>
      models.scene.events.filter((event) => event.kind === 'PredictionArrived' && event.instrumentId.includes('BTC'));
    await models.candle(60);
    expect(models.vote('constant').stance).toBe('buy');
    const { id } = onlyWaiting(models);
    while (said().length < 11) await models.candle(5);
    expect(models.vote('constant').stance).toBe('buy');
    await models.candle(5);
    const why = 'its last 12 answers are the same, on features that changed';
    expect(models.vote('constant')).toEqual({ stance: 'abstain', note: why });
    expect(models.row('constant').note).toMatch(/^BTC\/USDT.*: it abstains, its last 12 answers are the same/);
    expect(models.scene.journal()).toContain(`constant on BTC/USDT abstains: ${why}.`);
    expect(models.waiting()).toEqual([]);
    expect(proposal(models.scene, id).state).toBe('lapsed');
    expect(nothingSent(models.scene)).toBe(true);
  });
}

async function processKilled(): Promise<void> {
  await ModelScene.run([await model('follower')], async (models) => {
    await models.candle(40);
    const { id } = onlyWaiting(models);
    process.kill(models.pid, 'SIGKILL');
    await models.down();
    expect(models.row('follower')).toMatchObject({
      state: 'restarting',
      note: expect.stringContaining('started again'),
    });
    approve(models.scene, id);
    const note = 'Model follower 1.0.0 may no longer speak for it: it is halted: the ml-host ended (signal SIGKILL)';
    expect(proposal(models.scene, id)).toMatchObject({ state: 'lapsed', stateNote: note });
    await models.scene.pass(1_000);
    await models.ready();
    expect(models.row('follower').state).toBe('ready');
    expect(models.scene.journal()).toContain('follower speaks again, with its record.');
    expect(nothingSent(models.scene)).toBe(true);
    await models.candle(-40);
    expect(models.vote('follower').stance).toBe('sell');
  });
}

async function processHangs(): Promise<void> {
  await ModelScene.run([await model('follower')], async (models) => {
    const { scene } = models;
    process.kill(models.pid, 'SIGSTOP');
    scene.move(40);
    await scene.pass(70_000);
    await models.down();
    const failed = scene.events.findLast((event) => event.kind === 'PredictionFailed');
    expect(failed).toMatchObject({ model: 'follower', why: expect.stringMatching(/no answer within 5000 ms|ended/) });
    expect(models.row('follower').state).toBe('restarting');
    await scene.pass(1_000);
    await models.ready();
    await models.candle(40);
    expect(models.vote('follower').stance).toBe('buy');
  });
}

async function licenceEnded(): Promise<void> {
  // Ten minutes after the scene's world begins.
  const licensedUntilMs = Date.UTC(2026, 0, 5, 12);
  await ModelScene.run([await model('follower', { licensedUntilMs })], async (models) => {
    await models.candle(40);
    expect(models.row('follower')).toMatchObject({ state: 'ready', licensedUntilMs });
    expect(models.vote('follower').stance).toBe('buy');
    const { id } = onlyWaiting(models);
    await models.scene.pass(licensedUntilMs - models.scene.world.time.nowMs);
    const why = 'its licence to trade ended at 2026-01-05 12:00 UTC';
    expect(models.row('follower')).toMatchObject({
      state: 'expired',
      note: expect.stringContaining(`It abstains: ${why}.`),
    });
    await models.candle(40);
    expect(models.vote('follower')).toEqual({ stance: 'abstain', note: why });
    expect(models.scene.journal()).toContain(`follower abstains: ${why}.`);
    expect(proposal(models.scene, id).state).toBe('lapsed');
    expect(nothingSent(models.scene)).toBe(true);
  });
}

/** Four minutes after a proposal another may come: in the tick that also closes a candle, and after a long quiet. */
async function quietAndCandleAtOnce(): Promise<void> {
  const edge = { verdict: 'none', rule: 'none', reason: 'Made by hand.' } as const;
  await ModelScene.run([await model('follower', { edge })], async (models) => {
    await models.candle(40);
    const { id } = onlyWaiting(models);
    await models.declineAll();
    for (let minute = 0; minute < 4; minute += 1) await models.candle(6);
    expect(onlyWaiting(models).id).not.toBe(id);
    expect(models.scene.desk().proposals.filter(({ symbol }) => symbol === 'BTC/USDT')).toHaveLength(2);
  });
}

/** Trained where one candle in ten did not move; then two in a row do not, after the scene's first. */
async function drift(): Promise<void> {
  const { card } = await model('follower');
  const features = card.trainingDistribution.features.map((each) =>
    each.name === 'hl_range' ? { ...each, edges: [0.0001], shares: [0.1, 0.9] } : each,
  );
  const trainingDistribution = { ...card.trainingDistribution, features };
  await ModelScene.run([await model('follower', { trainingDistribution })], async (models) => {
    const { scene } = models;
    await models.candle(40);
    const { id, edge } = onlyWaiting(models);
    expect(edge).toBe('measured');
    await models.candle(null);
    expect(proposal(scene, id).state).toBe('pending');
    await models.candle(null);
    // Three of ten: (0.3 − 0.1) × ln(0.3 / 0.1) + (0.7 − 0.9) × ln(0.7 / 0.9)
    const why = 'its inputs have drifted from training: hl_range by 0.27, limit 0.25';
    expect(proposal(scene, id)).toMatchObject({
      state: 'lapsed',
      stateNote: `the record of Model follower 1.0.0 no longer holds here: ${why}`,
    });
    expect(scene.journal()).toContain(`follower on BTC/USDT carries no weight: ${why}.`);
    expect(models.row('follower').note).toMatch(/^BTC\/USDT.*: its word carries no weight, its inputs have drifted/);

    scene.world.request({ kind: 'MandateSet', mandate: mandate(scene, { minProbability: 0 }) });
    for (let minute = 0; minute < 4; minute += 1) await models.candle(6);
    const shown = onlyWaiting(models);
    expect(shown).toMatchObject({ edge: 'unknown', record: null, interval: null });
    expect(shown.reasons).toContainEqual({
      code: 'drifted',
      text: expect.stringContaining('No weight: its inputs have drifted'),
    });
    expect(shown.votes[0]?.note).toMatch(/up; no weight: its inputs have drifted/);
    await models.step();
    expect(proposal(scene, shown.id).state).toBe('pending');
    approve(scene, shown.id);
    expect(proposal(scene, shown.id)).toMatchObject({ state: 'signed', signedBy: 'you' });
    expect(scene.world.sent.has(signedFor(scene, shown.id) as string)).toBe(true);

    // The scene's first candle leaves the window: two of ten are near enough.
    for (let minute = 0; minute < 4; minute += 1) await models.candle(minute % 2 === 0 ? 10 : -10);
    expect(scene.journal()).toContain('follower on BTC/USDT speaks again, with its record.');
    expect(models.row('follower').note).not.toContain('BTC/USDT');
  });
}

const CASES: readonly FaultCase[] = [
  {
    id: 'model-nan',
    title: 'a model answers NaN',
    injected: 'an ONNX graph that takes the logarithm of a negative feature, in the real ml-host',
    holds: 'That question fails and the model abstains; it may answer the next; other models go on.',
    seen: 'The model board, and its vote on the next proposal: abstains, “the model answered NaN, not a probability”.',
    check: () => failsOnAFall('nan', /nan: the model answered NaN, not a probability/),
  },
  {
    id: 'model-infinite',
    title: 'a model answers infinity',
    injected: 'an ONNX graph that divides by zero, in the real ml-host',
    holds: 'That question fails and the model abstains; it may answer the next; other models go on.',
    seen: 'The model board, and its vote on the next proposal: abstains, “the model answered Infinity, not a probability”.',
    check: () => failsOnAFall('infinite', /infinite: the model answered Infinity, not a probability/),
  },
  {
    id: 'model-answers-too-many',
    title: 'a model answers one question with several numbers',
    injected: 'an ONNX graph whose output is as long as the features above zero are many, in the real ml-host',
    holds: 'None of them is taken: the question fails and the model abstains; other models go on.',
    seen: 'The model board, and its vote on the next proposal: abstains, with how many values there were.',
    check: () => failsOnAFall('chatty', /chatty: output raw_probability has \d+ values for one row/),
  },
  {
    id: 'model-wrong-shape',
    title: 'a model wants another number of features than its card names',
    injected: 'an ONNX graph of 13 inputs with a card of 12, in the real ml-host',
    holds: 'It is not loaded; the models beside it trade.',
    seen: 'The model board: refused, with both shapes; the same in the journal and in its vote.',
    check: wrongShape,
  },
  {
    id: 'model-without-licence',
    title: 'a model’s card does not say until when it may trade',
    injected: 'a card without the field, in the real ml-host',
    holds: 'It is not loaded and has no vote; the models beside it trade.',
    seen: 'The model board: refused, with the file and the field.',
    check: noLicence,
  },
  {
    id: 'model-constant',
    title: 'a model gives the same answer whatever it is asked',
    injected: 'an ONNX graph that ignores its input, in the real ml-host',
    holds:
      'After twelve such answers on features that changed it abstains on that instrument, and what it proposed lapses.',
    seen: 'Its vote, the model board and the journal: its last 12 answers are the same.',
    check: constantAnswers,
  },
  {
    id: 'model-process-killed',
    title: 'the models’ process dies while a proposal of theirs waits',
    injected: 'SIGKILL to the real ml-host',
    holds: 'The proposal cannot be signed any more; the process is started again and the model goes on.',
    seen: 'The model board: restarting, then ready; the proposal as lapsed with the signal; both in the journal.',
    check: processKilled,
  },
  {
    id: 'model-process-hangs',
    title: 'the models’ process stops answering',
    injected: 'SIGSTOP to the real ml-host',
    holds: 'After five seconds the question fails, the process is ended and started again, and the model goes on.',
    seen: 'The model board: restarting, then ready.',
    check: processHangs,
  },
  {
    id: 'model-licence-ended',
    title: 'a model’s licence to trade ends',
    injected: 'a card whose licence ends at noon, in the real ml-host, and a clock that passes noon',
    holds: 'From that time on it abstains, whatever it answers, and what it proposed lapses.',
    seen: 'The model board: licence ended, and when; the same in its votes and in the journal.',
    check: licenceEnded,
  },
  {
    id: 'quiet-and-candle-at-once',
    title: 'a model may propose again in the very tick in which a candle closes and the market has long been quiet',
    injected: 'a model without edge in the real ml-host, and candles by hand',
    holds: 'Two reasons to ask are one question: one proposal per instrument at a time.',
    seen: 'One proposal in the queue.',
    check: quietAndCandleAtOnce,
  },
  {
    id: 'model-drift',
    title: 'the market no longer looks like what a model has learned from',
    injected:
      'a card of training in which one candle in ten did not move, in the real ml-host, and a market in which three do not',
    holds:
      'What it had proposed lapses; what it proposes is shown without record and edge, and no mandate signs it; a person may. When the market is as in training again, so is the model.',
    seen: 'Votes, reasons, model board and journal: which feature has drifted, how far, and the limit.',
    check: drift,
  },
];

export const MODELS: FaultPart = { title: 'Models', cases: CASES };
