import type { TrustBoard } from '../preload/trust-contract.ts';
import { fail, ok, type Result } from './engine/domain/result.ts';
import type { Engine } from './engine/engine.ts';
import type { LabRefusal } from './engine/gateway/lab-port.ts';
import type { TrustPort } from './engine/gateway/trust-port.ts';
import type { TrustLearner } from './ml/desk/trust-learner.ts';
import type { LearntTrust } from './ml/trust/learnt-trust.ts';
import type { TrustShelf, TrustStanding } from './ml/trust/trust-shelf.ts';

export interface TrustDeskDeps {
  readonly shelf: TrustShelf;
  readonly learner: Pick<TrustLearner, 'learn'>;
  readonly engine: Pick<Engine, 'request' | 'pipeline'>;
  nowMs(): number;
}

export interface TrustDesk extends TrustPort {
  /** Tells the engine what stands on disk; nothing where it goes by that already. */
  refresh(): void;
  /** Learns as on demand, unless it is under way; says where a person could let it count, or why nothing came of it. */
  learnByClock(onNotice: (text: string) => void): void;
}

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

/** What a standing means, in a sentence for the journal. */
function whyOf(standing: TrustStanding | null): string {
  const { learnt = null, action } = standing ?? {};
  if (!learnt) return 'Votes are weighed by the members’ records alone.';
  const { forecasts, why } = learnt.judgement;
  const again = action === 'rolled-back' ? ' again' : '';
  return `Votes are weighed${again} by what was learnt on ${dayOf(learnt.learntAtMs)} from ${forecasts} forecasts: ${why}.`;
}

/** Learns, lets count and takes back what was learnt about whom to believe when, while the engine runs. */
export function createTrustDesk({ shelf, learner, engine, nowMs }: TrustDeskDeps): TrustDesk {
  const { decision, instruments } = engine.pipeline;
  let isLearning = false;
  let problem = '';
  let standing = shelf.standing();
  let learnt = readLearnt();

  function readLearnt(): LearntTrust | null {
    try {
      return shelf.learnt();
    } catch (error) {
      problem = sentence((error as Error).message);
      return null;
    }
  }

  const refresh = (): void => {
    const model = standing?.learnt?.model ?? null;
    if (JSON.stringify(model) === JSON.stringify(decision.view.trustModel())) return;
    engine.request({ kind: 'TrustModelSet', model, why: whyOf(standing) });
  };

  const change = (act: () => ReturnType<TrustShelf['promote']>): Result<null, LabRefusal> => {
    try {
      const changed = act();
      if (!changed.ok) return fail({ kind: changed.error.kind, text: sentence(changed.error.text) });
      standing = changed.value;
    } catch (error) {
      return fail({ kind: 'unreadable', text: sentence((error as Error).message) });
    }
    refresh();
    return ok(null);
  };

  const wayBack = (): TrustBoard['wayBack'] => {
    if (!standing?.learnt) return null;
    return standing.before === null ? 'records' : 'model';
  };

  async function learnAnew(): Promise<void> {
    isLearning = true;
    const outcome = await learner.learn(nowMs());
    isLearning = false;
    try {
      if (!outcome.ok) throw new Error(outcome.error.text);
      shelf.store(outcome.value.learnt);
      learnt = outcome.value.learnt;
      problem = '';
    } catch (error) {
      problem = sentence((error as Error).message);
    }
  }

  return {
    refresh,
    board(instrumentId) {
      if (!instruments.byId.has(instrumentId))
        return fail({ kind: 'not-found', text: `There is no instrument ${instrumentId} here.` });
      const model = standing?.learnt?.model ?? learnt?.model ?? null;
      return ok({
        counts: standing?.learnt?.model
          ? {
              learntAtMs: standing.learnt.learntAtMs,
              untilMs: standing.learnt.model.untilMs,
              forecasts: standing.learnt.judgement.forecasts,
            }
          : null,
        wayBack: wayBack(),
        learnt: learnt && learntRow(learnt),
        mayCount:
          learnt?.judgement.verdict === 'better' &&
          learnt.learntAtMs !== standing?.learnt?.learntAtMs &&
          nowMs() < (learnt.model?.untilMs ?? 0),
        isLearning,
        problem,
        members: model ? [...decision.view.hearing(instrumentId, model)] : [],
      });
    },
    learn() {
      if (isLearning) return fail({ kind: 'running', text: 'It is being learnt already.' });
      void learnAnew();
      return ok(null);
    },
    learnByClock(onNotice) {
      if (isLearning) return;
      void learnAnew().then(() => {
        if (problem !== '') onNotice(`Whom to believe when could not be learnt: ${problem}`);
        else if (learnt?.judgement.verdict === 'better')
          onNotice(
            'Whom to believe when was learnt anew and is better than the records alone: it counts once it is signed.',
          );
      });
    },
    promote: () => change(() => shelf.promote(nowMs())),
    rollback: () => change(() => shelf.rollback(nowMs())),
  };
}

function learntRow({ learntAtMs, judgement }: LearntTrust): NonNullable<TrustBoard['learnt']> {
  const { verdict, why, forecasts, members, days, judged, lossByRecords, lossWithModel } = judgement;
  return { atMs: learntAtMs, verdict, why, forecasts, members, days, judged, lossByRecords, lossWithModel };
}
