import { afterEach, describe, expect, it } from 'vitest';
import type { LabCrew, LabJob } from '../../../../main/lab/workers/job.ts';
import { hireThreads } from '../../../../main/lab/workers/thread-hand.ts';
import { createWorkerCrew, type Task } from '../../../../main/lab/workers/worker-crew.ts';
import type { RunProgress } from '../../../../preload/lab-contract.ts';
import { LAB_PLAN } from '../../../support/memory-lab.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const crews: LabCrew[] = [];
afterEach(() => Promise.all(crews.splice(0).map((crew) => crew.close())));

function crewOf(options: { size?: number; waitingMax?: number; silentMsMax?: number } = {}): LabCrew {
  const url = new URL('../../../support/lab-worker-script.ts', import.meta.url);
  const start = { candleStore: '/nowhere', labCandles: '/nowhere', results: '/nowhere', version: '0.0.0' };
  const crew: LabCrew = createWorkerCrew({
    hire: hireThreads({ url, start, heapMbMax: 64 }),
    size: 1,
    waitingMax: 4,
    silentMsMax: 60_000,
    idleMsMax: 60_000,
    ...options,
  });
  crews.push(crew);
  return crew;
}

const that = (strategy: string): LabJob => ({ kind: 'run', plan: { ...LAB_PLAN, strategy } });
const textOf = async (task: Task<unknown>): Promise<string> => {
  const outcome = await task.outcome;
  return outcome.ok ? 'ok' : `${outcome.error.kind}: ${outcome.error.text}`;
};

describe('a crew of lab workers', () => {
  it('answers, and goes on with the same worker', async () => {
    const crew = crewOf();
    expect(await textOf(crew.ask(that('a')))).toBe('failed: said: a');
    expect(await textOf(crew.ask(that('b')))).toBe('failed: said: b');
  });

  it('says how far a job is', async () => {
    const said: RunProgress[] = [];
    await crewOf().ask(that('a'), { progress: (progress) => said.push(progress) }).outcome;
    expect(said.map(({ total }) => total)).toEqual([7]);
  });

  it('ends a job that is cancelled at once, whatever it does, and takes the next', async () => {
    const crew = crewOf();
    let looping = false;
    const loops = crew.ask(that('loops'), {
      progress: () => {
        looping = true;
      },
    });
    const next = crew.ask(that('next'));
    await waitUntil('it loops', () => looping);
    expect(next.isUnderWay()).toBe(false);
    loops.cancel();
    expect(await textOf(loops)).toBe('cancelled: Cancelled.');
    expect(await textOf(next)).toBe('failed: said: next');
  });

  it('ends what never gets on, in a sentence', async () => {
    const crew = crewOf({ silentMsMax: 1_000 });
    expect(await textOf(crew.ask(that('loops')))).toBe(
      'silent: Ended: it did not get on for 1 s, as a strategy that never returns does.',
    );
  });

  it.each([
    ['throws', 'failed: The lab’s worker failed: thrown on purpose'],
    ['dies', 'failed: The lab’s worker ended before the run did.'],
    ['hoards', 'failed: Ended: it wanted more than 64 MB of memory.'],
  ])('one that %s takes nobody with it', async (what, text) => {
    const crew = crewOf();
    expect(await textOf(crew.ask(that(what)))).toBe(text);
    expect(await textOf(crew.ask(that('next')))).toBe('failed: said: next');
  });

  it('keeps so many waiting and refuses more; a waiting one is cancelled without having run', async () => {
    const crew = crewOf({ waitingMax: 1 });
    const loops = crew.ask(that('loops'));
    expect(crew.fullText()).toBeNull();
    const waits = crew.ask(that('waits'));
    expect(crew.fullText()).toBe('1 wait already: cancel some, or wait until one has ended.');
    expect(await textOf(crew.ask(that('too many')))).toMatch(/^too-many: 1 wait already/);
    waits.cancel();
    expect(await textOf(waits)).toBe('cancelled: Cancelled.');
    expect(loops.isUnderWay()).toBe(true);
    expect(crew.fullText()).toBeNull();
  });

  it('closing cancels everything', async () => {
    const crew = crewOf();
    const tasks = [crew.ask(that('loops')), crew.ask(that('waits'))];
    await crew.close();
    expect(await Promise.all(tasks.map(textOf))).toEqual(['cancelled: Cancelled.', 'cancelled: Cancelled.']);
  });
});
