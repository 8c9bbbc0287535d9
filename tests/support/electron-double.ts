/**
 * A stand-in for the part of Electron that the shell uses, so that every line of it runs where there is no Electron.
 * Ports are real message channels; windows, processes and the app keep what they were told and let a test act for them.
 */
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';
import type { ElectronApi } from '../../main/electron/electron-api.ts';

/** Electron's port: an emitter whose events carry `data`. */
export class PortDouble extends EventEmitter {
  readonly port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.port = port;
    // Listening with `on` would start the port at once; Electron's waits for `start`.
    port.addEventListener('message', ((event: { data: unknown }) => this.emit('message', event)) as never);
    port.addEventListener('close', (() => this.emit('close')) as never);
  }
  postMessage(message: unknown): void {
    this.port.postMessage(message);
  }
  start(): void {
    this.port.start();
  }
  close(): void {
    this.port.close();
  }
}

class MessageChannelDouble {
  readonly port1: PortDouble;
  readonly port2: PortDouble;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortDouble(port1);
    this.port2 = new PortDouble(port2);
  }
}

/** The engine's process as the shell sees it; what it does is the test's. */
export class ProcessDouble extends EventEmitter {
  readonly entry: string;
  readonly args: readonly string[];
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();
  readonly messages: { readonly type: string; readonly ports: readonly PortDouble[] }[] = [];
  killed = false;

  constructor(entry: string, args: readonly string[]) {
    super();
    this.entry = entry;
    this.args = args;
  }
  postMessage(message: { type: string }, ports: readonly PortDouble[] = []): void {
    const received = { type: message.type, ports };
    this.messages.push(received);
    this.emit('received', received);
  }
  kill(): boolean {
    this.killed = true;
    queueMicrotask(() => this.emit('exit', 143));
    return true;
  }
}

export class WebContentsDouble extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  readonly posted: { channel: string; message: unknown; ports: readonly PortDouble[] }[] = [];
  mainFrame: { url: string } = { url: '' };

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  postMessage(channel: string, message: unknown, ports: readonly PortDouble[]): void {
    this.posted.push({ channel, message, ports });
  }
  /** What Chromium would do: asks the guards, says whether it went on. */
  attempt(event: 'will-navigate' | 'will-redirect' | 'will-frame-navigate' | 'will-attach-webview', url = ''): boolean {
    let prevented = false;
    this.emit(event, {
      url,
      preventDefault: () => {
        prevented = true;
      },
    });
    return !prevented;
  }
}

export class WindowDouble extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new WebContentsDouble();
  readonly calls: string[] = [];
  minimized = false;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }
  loadURL(url: string): Promise<void> {
    this.calls.push(`loadURL ${url}`);
    this.webContents.mainFrame = { url };
    return Promise.resolve();
  }
  show(): void {
    this.calls.push('show');
  }
  focus(): void {
    this.calls.push('focus');
  }
  restore(): void {
    this.minimized = false;
    this.calls.push('restore');
  }
  isMinimized(): boolean {
    return this.minimized;
  }
}

type PermissionRequest = (contents: unknown, permission: string, decide: (granted: boolean) => void) => void;
type SchemeHandler = (request: Request) => Response | Promise<Response>;

/** One run of an app. `first` is false where another one holds the lock. */
export function createElectronDouble({ first = true } = {}) {
  /** In the order in which Electron was told. */
  const told: string[] = [];
  const windows: WindowDouble[] = [];
  const processes: ProcessDouble[] = [];
  const menus: MenuItemConstructorOptions[][] = [];
  const errors: { title: string; text: string }[] = [];
  const ipcMain = new EventEmitter();
  const schemes = new Map<string, SchemeHandler>();
  let permissionRequest: PermissionRequest | null = null;
  let permissionCheck: (() => boolean) | null = null;

  const app = Object.assign(new EventEmitter(), {
    requestSingleInstanceLock: () => first,
    enableSandbox: () => void told.push('enableSandbox'),
    whenReady: async () => void told.push('ready'),
    exit: (code: number) => void told.push(`exit ${code}`),
    quit() {
      told.push('quit');
      let prevented = false;
      const event = {
        preventDefault: () => {
          prevented = true;
        },
      };
      app.emit('will-quit', event);
      if (!prevented) told.push('ended');
    },
  });

  const api = {
    app,
    BrowserWindow: class extends WindowDouble {
      constructor(options: BrowserWindowConstructorOptions) {
        super(options);
        windows.push(this);
        app.emit('web-contents-created', {}, this.webContents);
      }
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (menu: MenuItemConstructorOptions[]) => void menus.push(menu),
    },
    MessageChannelMain: MessageChannelDouble,
    dialog: { showErrorBox: (title: string, text: string) => void errors.push({ title, text }) },
    ipcMain,
    protocol: {
      registerSchemesAsPrivileged: (list: readonly { scheme: string }[]) =>
        void told.push(`privileged ${list.map((each) => each.scheme).join()}`),
      handle: (scheme: string, handler: SchemeHandler) => void schemes.set(scheme, handler),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler(handler: PermissionRequest) {
          permissionRequest = handler;
        },
        setPermissionCheckHandler(handler: () => boolean) {
          permissionCheck = handler;
        },
      },
    },
    utilityProcess: {
      fork(entry: string, args: readonly string[]) {
        const child = new ProcessDouble(entry, args);
        processes.push(child);
        return child;
      },
    },
  };

  return {
    api: api as unknown as ElectronApi,
    app,
    told,
    windows,
    processes,
    menus,
    errors,
    async fetch(url: string): Promise<Response> {
      const handler = schemes.get(new URL(url).protocol.slice(0, -1));
      if (!handler) throw new Error(`no handler for ${url}`);
      return handler(new Request(url));
    },
    /** What the page's permission request and check come to. */
    permission(name: string): { requested: boolean; checked: boolean } {
      let requested = true;
      permissionRequest?.(null, name, (granted) => {
        requested = granted;
      });
      return { requested, checked: permissionCheck?.() ?? true };
    },
    /** A frame asks for the engine over the bridge. */
    askForEngine(contents: WebContentsDouble, frame: { url: string } | null = contents.mainFrame): void {
      ipcMain.emit('countersign:connect', { sender: contents, senderFrame: frame });
    },
  };
}

export type ElectronDouble = ReturnType<typeof createElectronDouble>;
