import { describe, expect, it } from 'vitest';
import type { Effect, EngineEvent, InputEvent, OutputEvent } from '../../../main/engine/domain/events.ts';
import { createCore, type LoggedEvent } from '../../../main/engine/kernel/core.ts';
import type { Stage, StageContext } from '../../../main/engine/kernel/stage.ts';
import { LIMITS } from '../../support/small-engine.ts';

const tick: InputEvent = { kind: 'ClockTicked' };
const arm = (armed: boolean): InputEvent => ({ kind: 'ArmSet', armed });
const started = (sessionId: string): InputEvent => ({
  kind: 'EngineStarted',
  sessionId,
  build: 'test',
  seed: 1,
  mode: 'practice',
  venue: 'test',
  sourceDescription: 'test',
  limits: LIMITS,
});
const lapsed = (proposalId: string): OutputEvent => ({ kind: 'ProposalLapsed', proposalId, why: '' });
const audit: Effect = { kind: 'RequestAudit', why: 'test' };

/** A core whose every step is written down in one list. */
function traced(handlers: Record<string, (event: EngineEvent, context: StageContext) => void>) {
  const trace: string[] = [];
  const heard: LoggedEvent[] = [];
  const name = (event: EngineEvent): string =>
    event.kind === 'ProposalLapsed' ? `lapsed ${event.proposalId}` : event.kind;
  const stages = Object.entries(handlers).map(
    ([stage, handle]): Stage => ({
      name: stage,
      apply: (event) => void trace.push(`${stage} applies ${name(event)}`),
      handle(event, context) {
        trace.push(`${stage} handles ${name(event)}`);
        handle(event, context);
      },
    }),
  );
  let seq = 0;
  const core = createCore({
    journal: {
      append(event) {
        trace.push(`logged ${name(event)}`);
        seq += 1;
        return seq;
      },
      commit: () => void trace.push('committed'),
    },
    stages,
    perform: (effect) => void trace.push(`performed ${effect.kind}`),
    onEvent: (logged) => void heard.push(logged),
  });
  return { core, trace, heard };
}

describe('core', () => {
  it('logs an event before anyone sees it, lets all stages apply it before any handles it, performs after the commit', () => {
    const { core, trace } = traced({
      first: (event, context) => {
        if (event.kind !== 'ClockTicked') return;
        context.perform(audit);
        context.emit(lapsed('a'));
      },
      second: () => {},
    });
    core.dispatch(tick, 1);
    expect(trace).toEqual([
      'logged ClockTicked',
      'first applies ClockTicked',
      'second applies ClockTicked',
      'first handles ClockTicked',
      'second handles ClockTicked',
      'logged lapsed a',
      'first applies lapsed a',
      'second applies lapsed a',
      'first handles lapsed a',
      'second handles lapsed a',
      'committed',
      'performed RequestAudit',
    ]);
  });

  it('takes what was emitted in the order of emission, breadth first', () => {
    const { core, heard } = traced({
      first: (event, { emit }) => {
        if (event.kind === 'ClockTicked') for (const id of ['a', 'b']) emit(lapsed(id));
        if (event.kind === 'ProposalLapsed' && event.proposalId === 'a') emit(lapsed('c'));
      },
      second: (event, { emit }) => {
        if (event.kind === 'ClockTicked') emit(lapsed('d'));
      },
    });
    const events = core.dispatch(tick, 7);
    const ids = events.map((event) => (event.kind === 'ProposalLapsed' ? event.proposalId : event.kind));
    expect(ids).toEqual(['ClockTicked', 'a', 'b', 'd', 'c']);
    expect(heard.map(({ seq, timeMs, event }) => [seq, timeMs, event])).toEqual(
      events.map((event, index) => [index + 1, 7, event]),
    );
  });

  it('tells stages one time for an input and all that follows from it', () => {
    const times: number[] = [];
    const { core } = traced({
      only: (event, context) => {
        times.push(context.nowMs);
        if (event.kind === 'ClockTicked') context.emit(lapsed('a'));
      },
    });
    core.dispatch(tick, 42);
    expect(times).toEqual([42, 42]);
  });

  it('stops a cascade without end instead of filling the log', () => {
    const { core } = traced({ loop: (_event, { emit }) => emit(lapsed('again')) });
    expect(() => core.dispatch(tick, 1)).toThrow(/ClockTicked led to no end of events/);
  });

  it('refuses a listener or effect that dispatches into the running core, and goes on afterwards', () => {
    let again: (() => void) | null = null;
    const core = createCore({
      journal: { append: () => 1, commit: () => {} },
      stages: [],
      perform: () => {},
      onEvent: () => again?.(),
    });
    again = () => {
      again = null;
      core.dispatch(tick, 2);
    };
    expect(() => core.dispatch(tick, 1)).toThrow(/dispatched into the running core/);
    expect(core.dispatch(tick, 3)).toEqual([tick]);
  });

  it('performs nothing of an input whose commit failed', () => {
    const performed: Effect[] = [];
    const core = createCore({
      journal: {
        append: () => 1,
        commit: () => {
          throw new Error('the disk is full');
        },
      },
      stages: [{ name: 'only', apply: () => {}, handle: (_event, context) => context.perform(audit) }],
      perform: (effect) => performed.push(effect),
      onEvent: () => {},
    });
    expect(() => core.dispatch(tick, 1)).toThrow('the disk is full');
    expect(performed).toEqual([]);
  });

  it('restores by applying alone, and only what the ledger lane keeps', () => {
    const { core, trace } = traced({ only: (_event, context) => context.perform(audit) });
    core.restore({ seq: 1, timeMs: 1, event: arm(true) });
    expect(trace).toEqual(['only applies ArmSet']);
    expect(() => core.restore({ seq: 2, timeMs: 2, event: tick })).toThrow(/only ledger events are restored/);
  });

  it('makes ids from the session it is in, each once, and none before a session', () => {
    const ids: string[] = [];
    const { core } = traced({
      only: (event, context) => {
        if (event.kind !== 'EngineStarted') ids.push(context.newId('p'));
      },
    });
    expect(() => core.dispatch(tick, 1)).toThrow(/before the session started/);
    core.dispatch(started('aaaaaaaa'), 1);
    core.dispatch(tick, 2);
    core.dispatch(tick, 3);
    core.dispatch(started('bbbbbbbb'), 4);
    core.dispatch(tick, 5);
    expect(ids).toEqual(['p-aaaaaaaa-1', 'p-aaaaaaaa-2', 'p-bbbbbbbb-1']);
  });

  it('hashes decisions alone: the same ones to the same hash, whatever else happened in between', () => {
    const decide = (event: EngineEvent, { emit }: StageContext): void => {
      if (event.kind === 'ArmSet') emit(lapsed(String(event.armed)));
    };
    const [one, two, three] = [traced({ decide }).core, traced({ decide }).core, traced({ decide }).core];
    const empty = one.decisionHash();
    one.dispatch(tick, 1);
    expect(one.decisionHash()).toBe(empty);
    one.dispatch(arm(true), 2);
    two.dispatch(arm(true), 99);
    three.dispatch(arm(false), 2);
    expect(one.decisionHash()).toBe(two.decisionHash());
    expect(one.decisionHash()).not.toBe(three.decisionHash());
  });
});
