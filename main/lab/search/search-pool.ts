import { Worker } from 'node:worker_threads';
import { sharedMarket } from '../backtest/shared-market.ts';
import type { SearchAnswer, SearchJob, SearchWorkerData } from './search-messages.ts';
import type { Evaluation, Setting } from './trial.ts';

export interface SearchPool {
  /** Rejects with the sentence of what is wrong with the setting, or when it takes too long. */
  evaluate(setting: Setting, share: number): Promise<Evaluation>;
  /** Ends the threads; what runs rejects. */
  close(): Promise<void>;
}

interface Order {
  readonly job: SearchJob;
  resolve(evaluation: Evaluation): void;
  reject(error: Error): void;
}

interface Hand {
  readonly worker: Worker;
  order: Order | null;
  timer: NodeJS.Timeout | null;
}

/**
 * Threads that evaluate settings, each begun when there is something to do. One whose strategy does not come back is ended, and only
 * its setting has failed.
 */
export function openSearchPool(data: SearchWorkerData, threads: number, trialMsMax: number): SearchPool {
  const workerData: SearchWorkerData = { ...data, markets: data.markets.map(sharedMarket) };
  const hands = new Set<Hand>();
  const waiting: Order[] = [];

  function begin(): Hand {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { workerData });
    const hand: Hand = { worker, order: null, timer: null };
    hands.add(hand);
    worker.on('message', (answer: SearchAnswer) => {
      const order = free(hand);
      if ('why' in answer) order?.reject(new Error(answer.why));
      else order?.resolve(answer.evaluation);
      goOn();
    });
    worker.on('error', (error) => end(hand, error.message));
    worker.on('exit', () => end(hand, 'the search’s thread ended'));
    return hand;
  }

  function free(hand: Hand): Order | null {
    const { order } = hand;
    hand.order = null;
    if (hand.timer) clearTimeout(hand.timer);
    return order;
  }

  function end(hand: Hand, why: string): void {
    if (!hands.delete(hand)) return;
    free(hand)?.reject(new Error(why));
    void hand.worker.terminate();
    goOn();
  }

  function goOn(): void {
    while (waiting.length > 0) {
      const idle = [...hands].find(({ order }) => order === null);
      if (!idle && hands.size >= threads) return;
      const hand = idle ?? begin();
      const order = waiting.shift()!;
      hand.order = order;
      const late = `it did not end within ${trialMsMax / 1_000} s, as a strategy that never returns does not`;
      hand.timer = setTimeout(() => end(hand, late), trialMsMax);
      hand.worker.postMessage(order.job);
    }
  }

  return {
    evaluate: (setting, share) =>
      new Promise((resolve, reject) => {
        waiting.push({ job: { setting, share }, resolve, reject });
        goOn();
      }),
    async close() {
      for (const order of waiting.splice(0)) order.reject(new Error('the search was stopped'));
      const ending = [...hands];
      for (const hand of ending) end(hand, 'the search was stopped');
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}
