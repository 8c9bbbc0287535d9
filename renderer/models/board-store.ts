/** What the person looks at on the boards, kept while they look elsewhere. */
import { createStore, useStore } from 'zustand';

interface BoardChoice {
  /** Null: the one on the chart. */
  readonly instrumentId: string | null;
  /** Of the ensemble, the member that is opened; null for none. */
  readonly openMember: string | null;
  /** Of the models that are watched for drift. */
  readonly openModel: string | null;
}

const boardStore = createStore<BoardChoice>()(() => ({ instrumentId: null, openMember: null, openModel: null }));

export const useBoardChoice = <T>(select: (choice: BoardChoice) => T): T => useStore(boardStore, select);

export const chooseOnBoard = (change: Partial<BoardChoice>): void => boardStore.setState(change);
