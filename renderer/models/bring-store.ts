/** A model's file on its way to the terminal, and what was typed of it, kept while the person looks elsewhere. */
import { createStore, useStore } from 'zustand';
import {
  BROUGHT_BYTES_MAX,
  BROUGHT_PART_BYTES_MAX,
  type BroughtFile,
  type ImportPlan,
} from '../../preload/models-contract.ts';
import { askLab } from '../lab/lab-actions.ts';
import { type BringDraft, withFile } from './bring-draft.ts';
import { modelsStore } from './models-store.ts';

export interface BringState {
  readonly step: number;
  /** Null before the first change. */
  readonly draft: BringDraft | null;
  /** As the person's machine calls it; empty before one is chosen. */
  readonly fileName: string;
  readonly fileId: string;
  /** Of the file that is on its way, a share; null where none is. */
  readonly sent: number | null;
  readonly file: BroughtFile | null;
  /** Why the file cannot be taken; empty where nothing is wrong. */
  readonly problem: string;
}

const NOTHING_CHOSEN = { fileName: '', fileId: '', sent: null, file: null, problem: '' } as const;

const bringStore = createStore<BringState>()(() => ({ step: 0, draft: null, ...NOTHING_CHOSEN }));

export function useBring<T>(select: (state: BringState) => T): T {
  return useStore(bringStore, select);
}

export const takeBringDraft = (draft: BringDraft): void => bringStore.setState({ draft });
export const showStep = (step: number): void => bringStore.setState({ step });

/** Brings a file in parts, and says what is in it. `draft` takes over what the file says of itself. */
export async function bringFile(chosen: File, draft: BringDraft): Promise<void> {
  const fileId = crypto.randomUUID();
  const isStill = (): boolean => bringStore.getState().fileId === fileId;
  bringStore.setState({ ...NOTHING_CHOSEN, fileName: chosen.name, fileId });
  if (chosen.size === 0) return bringStore.setState({ problem: 'The file is empty.' });
  if (chosen.size > BROUGHT_BYTES_MAX) {
    const most = BROUGHT_BYTES_MAX / 2 ** 20;
    const text = `A window takes ${most} MB at most: bring it by the command line, countersign models import.`;
    return bringStore.setState({ problem: text });
  }
  for (let offset = 0; offset < chosen.size && isStill(); offset += BROUGHT_PART_BYTES_MAX) {
    bringStore.setState({ sent: offset / chosen.size });
    const base64 = await base64Of(chosen.slice(offset, offset + BROUGHT_PART_BYTES_MAX)).catch(() => null);
    if (base64 === null) return bringStore.setState({ sent: null, problem: 'The file can no longer be read.' });
    const said = await askLab((client) => client.bringModel({ fileId, offset, bytes: chosen.size, base64 }));
    if (!isStill()) return;
    if (!said.ok) return bringStore.setState({ sent: null, problem: said.error.text });
    const { file } = said.value;
    if (file) {
      const before = bringStore.getState().draft ?? draft;
      bringStore.setState({ sent: null, file, draft: withFile(before, file) });
    }
  }
}

/** Has the file judged, and shows the job. Null when it was taken, else why not. */
export async function judgeBrought(plan: ImportPlan): Promise<string | null> {
  const { fileId } = bringStore.getState();
  const answer = await askLab((client) => client.importModel({ fileId, plan }));
  if (!answer.ok) return answer.error.text;
  modelsStore.setState({ selectedId: answer.value.jobId, tab: 'training' });
  return null;
}

/** The part after the comma of a data address. */
async function base64Of(part: Blob): Promise<string> {
  const reader = new FileReader();
  const read = new Promise<string>((resolve, reject) => {
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
  });
  reader.readAsDataURL(part);
  const address = await read;
  return address.slice(address.indexOf(',') + 1);
}
