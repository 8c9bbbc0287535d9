/** What a thread is asked to do between two steps, in memory it shares: a thread that runs a graph must not be terminated. */
export type StopFlag = Int32Array<SharedArrayBuffer>;

const STOP = 1;

export const newStopFlag = (): StopFlag => new Int32Array(new SharedArrayBuffer(4));

export const raise = (flag: StopFlag): void => void Atomics.store(flag, 0, STOP);

export const isRaised = (flag: StopFlag): boolean => Atomics.load(flag, 0) === STOP;
