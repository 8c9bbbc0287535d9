/** Short sentences at the edge of the screen, and what a screen reader is told. */
import { createStore, useStore } from 'zustand';

const TOASTS_MAX = 4;
const TOAST_MS = 6_000;

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'good' | 'bad';
  readonly text: string;
}

interface ToastState {
  readonly toasts: readonly Toast[];
  /** Read aloud when it suits, and at once. */
  readonly polite: string;
  readonly assertive: string;
}

export const toastStore = createStore<ToastState>()(() => ({ toasts: [], polite: '', assertive: '' }));
let nextId = 1;

export function useToasts<T>(select: (state: ToastState) => T): T {
  return useStore(toastStore, select);
}

export function showToast(tone: Toast['tone'], text: string): void {
  const id = nextId++;
  toastStore.setState((state) => ({ toasts: [...state.toasts, { id, tone, text }].slice(-TOASTS_MAX) }));
  setTimeout(() => dismissToast(id), TOAST_MS);
}

export function dismissToast(id: number): void {
  toastStore.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}

export function announce(text: string, politeness: 'polite' | 'assertive' = 'polite'): void {
  toastStore.setState(politeness === 'polite' ? { polite: text } : { assertive: text });
}
