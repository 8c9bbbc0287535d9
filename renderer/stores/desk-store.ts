/** What the screens read: the connection, the engine's hello and the desk. */
import { createStore, useStore } from 'zustand';
import type { DeskMessage, Hello, Instrument } from '../../preload/contract.ts';
import type { EngineClient } from '../transport/client.ts';
import { applyDeskMessage, type Desk } from './desk-merge.ts';

export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly attempt: number; readonly retryAtMs: number; readonly sinceMs: number };

export interface DeskState {
  readonly link: Link;
  readonly client: EngineClient | null;
  readonly hello: Hello | null;
  readonly desk: Desk | null;
  /** Engine clock less this machine's, as the fastest message so far showed it. */
  readonly clockOffsetMs: number;
}

export const deskStore = createStore<DeskState>()(() => ({
  link: { state: 'connecting' },
  client: null,
  hello: null,
  desk: null,
  clockOffsetMs: 0,
}));

/** Selects from the desk store. */
export function useDeskStore<T>(select: (state: DeskState) => T): T {
  return useStore(deskStore, select);
}

/** Selects from the desk; `fallback` until the first snapshot. The fallback must be a constant. */
export function useDesk<T>(select: (desk: Desk) => T, fallback: T): T {
  return useStore(deskStore, (state) => (state.desk ? select(state.desk) : fallback));
}

export function useIsLive(): boolean {
  return useDeskStore((state) => state.link.state === 'live');
}

/** The instrument by id; undefined before hello. */
export function instrumentOf(instrumentId: string): Instrument | undefined {
  return deskStore.getState().hello?.instruments.find((row) => row.id === instrumentId);
}

/** Folds one message in and keeps the clock estimate. */
export function receiveDeskMessage(message: DeskMessage): void {
  deskStore.setState((state) => {
    const seen = message.engineTimeMs - Date.now();
    const first = state.desk === null;
    // A message can only arrive late, so the largest difference is the truest one.
    const clockOffsetMs = first ? seen : Math.max(state.clockOffsetMs, seen);
    return { desk: applyDeskMessage(state.desk, message), clockOffsetMs };
  });
}

/** Now, by the engine's clock. */
export function engineNowMs(): number {
  return Date.now() + deskStore.getState().clockOffsetMs;
}
