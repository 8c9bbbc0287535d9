const SLICE_MS = 8;
/** Jobs of at most so many pieces go before longer ones. */
const SHORT_PIECES = [2, 60] as const;

interface Job {
  readonly pieces: readonly number[];
  at: number;
  readonly work: (piece: number) => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Long work in pieces between which the event loop serves everybody else: a few milliseconds a turn in all, however many
 * jobs wait. Short jobs first, jobs of one kind in turn.
 */
export class WorkSlices {
  readonly #jobs: Job[] = [];
  #isScheduled = false;

  /** Works through the pieces; resolves at once when there are none. */
  run(pieces: readonly number[], work: (piece: number) => void): Promise<void> {
    if (pieces.length === 0) return Promise.resolve();
    return new Promise((done, failed) => {
      this.#jobs.push({ pieces, at: 0, work, done, failed });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#jobs.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#slice();
      this.#schedule();
    });
  }

  #slice(): void {
    const untilMs = performance.now() + SLICE_MS;
    do {
      const job = this.#next();
      if (!job) return;
      try {
        job.work(job.pieces[job.at]!);
        job.at += 1;
        if (job.at < job.pieces.length) this.#jobs.push(job);
        else job.done();
      } catch (error) {
        job.failed(error);
      }
    } while (performance.now() < untilMs);
  }

  /** Takes the job whose turn it is out of the queue. */
  #next(): Job | undefined {
    let best = 0;
    for (let i = 1; i < this.#jobs.length; i += 1) {
      if (rank(this.#jobs[i]!) < rank(this.#jobs[best]!)) best = i;
    }
    return this.#jobs.splice(best, 1)[0];
  }
}

const rank = ({ pieces }: Job): number => {
  const at = SHORT_PIECES.findIndex((max) => pieces.length <= max);
  return at < 0 ? SHORT_PIECES.length : at;
};
