/** What is typed into the set-up form, kept while the person looks elsewhere. */
import { createStore, useStore } from 'zustand';
import type { RunPlan } from '../../preload/lab-contract.ts';
import type { RunDraft } from './run-draft.ts';

interface DraftState {
  /** Null before the first change. */
  readonly draft: RunDraft | null;
  /** A plan that the form is to be filled with, until it is. */
  readonly again: RunPlan | null;
}

const draftStore = createStore<DraftState>()(() => ({ draft: null, again: null }));

export function useDraft<T>(select: (state: DraftState) => T): T {
  return useStore(draftStore, select);
}

export const takeDraft = (draft: RunDraft): void => draftStore.setState({ draft, again: null });

/** Fills the form with a plan. */
export const setUpAgain = (plan: RunPlan): void => draftStore.setState({ again: { ...plan } });
