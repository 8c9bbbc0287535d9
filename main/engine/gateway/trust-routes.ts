import { implement } from '@orpc/server';
import { trustContract } from '../../../preload/trust-contract.ts';
import { answer, done } from './lab-answer.ts';
import type { TrustPort } from './trust-port.ts';

/** The part of the contract about whom to believe when. */
export function trustRoutes(trust: TrustPort) {
  const os = implement(trustContract);
  return {
    trustBoard: os.trustBoard.handler(({ input }) => answer(trust.board(input.instrumentId))),
    learnTrust: os.learnTrust.handler(() => done(trust.learn())),
    promoteTrust: os.promoteTrust.handler(() => done(trust.promote())),
    rollbackTrust: os.rollbackTrust.handler(() => done(trust.rollback())),
  };
}
