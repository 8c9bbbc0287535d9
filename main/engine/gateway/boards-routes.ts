import { implement } from '@orpc/server';
import { boardsContract } from '../../../preload/boards-contract.ts';
import type { BoardsPort } from './boards-port.ts';
import { answer } from './lab-answer.ts';

/** The part of the contract that shows models at work. */
export function boardsRoutes(boards: BoardsPort) {
  const os = implement(boardsContract);
  return {
    ensembleBoard: os.ensembleBoard.handler(({ input }) => answer(boards.ensemble(input.instrumentId))),
    driftBoard: os.driftBoard.handler(({ input }) => answer(boards.drift(input.instrumentId))),
    featureDrift: os.featureDrift.handler(({ input: { instrumentId, model, version } }) =>
      answer(boards.features(instrumentId, model, version)),
    ),
  };
}
