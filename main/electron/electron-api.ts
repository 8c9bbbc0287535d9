import type * as Electron from 'electron';

/** The part of Electron that the shell uses: handed in, so that every line of the shell also runs against a double. */
export type ElectronApi = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'Menu'
  | 'MessageChannelMain'
  | 'dialog'
  | 'ipcMain'
  | 'protocol'
  | 'session'
  | 'utilityProcess'
>;

/** The renderer's own scheme: no file URLs, no remote pages. */
export const APP_SCHEME = 'countersign';
export const APP_ORIGIN: string = `${APP_SCHEME}://app`;
export const CONNECT_CHANNEL = 'countersign:connect';
export const PORT_CHANNEL = 'countersign:engine-port';
