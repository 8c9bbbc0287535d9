import type { BrowserWindow } from 'electron';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { APP_ORIGIN, CONNECT_CHANNEL, type ElectronApi, PORT_CHANNEL } from './electron-api.ts';
import { type EngineHost, startEngineHost } from './engine-host.ts';
import { installGuards, isOwnPage } from './guards.ts';
import { menuTemplate } from './menu.ts';

export interface ShellOptions {
  readonly rendererDir: string;
  /** The bundled bridge, CommonJS. */
  readonly preloadFile: string;
  readonly engineEntry: string;
  readonly engineArgs: readonly string[];
  readonly restartDelayMs: number;
  readonly onLog: (text: string) => void;
}

/** The desktop: one window on the one engine. A second start brings the first one's window to the front and ends. */
export async function startShell(electron: ElectronApi, options: ShellOptions): Promise<void> {
  const { app, dialog } = electron;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerAppScheme(electron);
  app.enableSandbox();
  await app.whenReady();
  let window: BrowserWindow | null = null;
  try {
    serveApp(electron, options.rendererDir);
  } catch (error) {
    dialog.showErrorBox('Countersign cannot start', (error as Error).message);
    app.exit(1);
    return;
  }
  installGuards(electron, (what) => options.onLog(`refused: ${what}`));
  electron.Menu.setApplicationMenu(electron.Menu.buildFromTemplate(menuTemplate(process.platform === 'darwin')));
  const host = startEngineHost(electron, {
    entry: options.engineEntry,
    args: options.engineArgs,
    restartDelayMs: options.restartDelayMs,
    onLog: options.onLog,
  });
  answerScreens(electron, host, options.onLog);

  const open = (): void => {
    const opened = openWindow(electron, options.preloadFile);
    opened.on('closed', () => {
      window = null;
    });
    window = opened;
  };
  app.on('second-instance', () => {
    if (!window) return open();
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('activate', () => {
    if (!window) open();
  });
  app.on('window-all-closed', () => app.quit());
  let ended = false;
  app.on('will-quit', (event) => {
    if (ended) return;
    // What the engine has to make durable it does now; then the app ends for good.
    event.preventDefault();
    void host.stop().then(() => {
      ended = true;
      app.quit();
    });
  });
  open();
}

function openWindow({ BrowserWindow }: ElectronApi, preload: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    title: 'Countersign',
    backgroundColor: '#0a0d11',
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      // A desk in the background still counts down and takes its feed.
      backgroundThrottling: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${APP_ORIGIN}/`);
  return window;
}

/** A page of ours asks for the engine: it gets one end of a fresh channel, the engine the other. */
function answerScreens(
  { ipcMain, MessageChannelMain }: ElectronApi,
  host: EngineHost,
  onLog: (text: string) => void,
): void {
  ipcMain.on(CONNECT_CHANNEL, (event) => {
    const frame = event.senderFrame;
    const isOwn = frame !== null && frame === event.sender.mainFrame && isOwnPage(frame.url);
    if (!isOwn) {
      onLog(`refused: a connection asked for by ${frame?.url ?? 'a frame that is gone'}`);
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    host.connect(port1);
    event.sender.postMessage(PORT_CHANNEL, null, [port2]);
  });
}
