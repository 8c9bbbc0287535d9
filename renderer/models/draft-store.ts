/** What is typed into the set-up form, kept while the person looks elsewhere, and read by the data set explorer. */
import { createStore, useStore } from 'zustand';
import type { TrainingDraft } from './training-draft.ts';

interface DraftState {
  /** Null before the first change. */
  readonly draft: TrainingDraft | null;
}

const draftStore = createStore<DraftState>()(() => ({ draft: null }));

export const useDraft = (): TrainingDraft | null => useStore(draftStore, (state) => state.draft);

export const takeDraft = (draft: TrainingDraft): void => draftStore.setState({ draft });
