import { randomBytes } from 'node:crypto';

/** A session's own part of every id it makes: 8 characters of `[0-9a-z]`. */
export function newSessionId(): string {
  return BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-8);
}

/** Counts ids within one session, so that a replay of the session makes the same ones. */
export interface IdSequence {
  start(sessionId: string): void;
  next(prefix: string): string;
}

export function createIdSequence(): IdSequence {
  let session = '';
  let count = 0;
  return {
    start(sessionId) {
      session = sessionId;
      count = 0;
    },
    next(prefix) {
      if (session === '') throw new Error('invariant broken: an id was asked for before the session started');
      count += 1;
      return `${prefix}-${session}-${count.toString(36)}`;
    },
  };
}
