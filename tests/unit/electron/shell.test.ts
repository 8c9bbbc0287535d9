import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { menuTemplate } from '../../../main/electron/menu.ts';
import { startShell } from '../../../main/electron/shell.ts';
import { type EmitterPort, portWire } from '../../../main/engine/gateway/port-wire.ts';
import { createGateway } from '../../../main/engine/gateway/router.ts';
import { createScreenServer } from '../../../main/engine/gateway/screen-link.ts';
import { createElectronDouble, type ElectronDouble, type PortDouble } from '../../support/electron-double.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { createMemoryEngine } from '../../support/memory-engine.ts';
import { type EngineClient, tinyRenderer } from '../../support/transports.ts';

const renderer = tinyRenderer();
afterAll(() => renderer.remove());

let electron: ElectronDouble;
let log: string[];

const launch = (double: ElectronDouble, rendererDir = renderer.dir): Promise<void> =>
  startShell(double.api, {
    rendererDir,
    preloadFile: '/app/preload/index.cjs',
    engineEntry: '/app/engine-process.js',
    engineArgs: ['--data-dir', '/state'],
    restartDelayMs: 500,
    onLog: (text) => log.push(text),
  });

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  log = [];
  electron = createElectronDouble();
  await launch(electron);
});
afterEach(() => void vi.useRealTimers());

const page = () => electron.windows[0]!.webContents;
const engine = () => electron.processes.at(-1)!;

describe('the window', () => {
  it('is sandboxed and isolated, without Node, with the bridge alone', () => {
    expect(electron.windows).toHaveLength(1);
    const [window] = electron.windows;
    expect(window?.options.webPreferences).toMatchObject({
      preload: '/app/preload/index.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
    });
    expect(window?.calls).toEqual(['loadURL countersign://app/']);
    window?.emit('ready-to-show');
    expect(window?.calls.at(-1)).toBe('show');
  });

  it('comes after the scheme is registered and the sandbox is on for all', () => {
    expect(electron.told).toEqual(['privileged countersign', 'enableSandbox', 'ready']);
  });

  it('is the only one: a second start brings it to the front', () => {
    electron.windows[0]!.minimized = true;
    electron.app.emit('second-instance');
    electron.app.emit('second-instance');
    expect(electron.windows).toHaveLength(1);
    expect(electron.windows[0]?.calls.slice(1)).toEqual(['restore', 'focus', 'focus']);
  });

  it('opens again when asked for after it was closed', () => {
    electron.windows[0]?.emit('closed');
    electron.app.emit('activate');
    electron.app.emit('activate');
    expect(electron.windows).toHaveLength(2);
    electron.windows[1]?.emit('closed');
    electron.app.emit('second-instance');
    expect(electron.windows).toHaveLength(3);
  });

  it('has a menu that takes no panic key', () => {
    expect(electron.menus).toHaveLength(1);
    for (const isMac of [true, false]) {
      const text = JSON.stringify(menuTemplate(isMac));
      expect(text).not.toMatch(/toggleDevTools|accelerator|forceReload/i);
      expect(text.includes('appMenu')).toBe(isMac);
    }
  });
});

describe('a second instance', () => {
  it('ends without a window, an engine or a scheme', async () => {
    const second = createElectronDouble({ first: false });
    await launch(second);
    expect(second.told).toEqual(['quit', 'ended']);
    expect([second.windows, second.processes]).toEqual([[], []]);
  });
});

describe('a page', () => {
  const STEPS = ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const;

  it.each(STEPS)('%s leads to no other place', (step) => {
    for (const url of [
      'https://evil.example/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'countersign://other/',
      'countersign://app.evil.example/',
      'countersign://application',
      '',
    ])
      expect(page().attempt(step, url), url).toBe(false);
    expect(page().attempt(step, 'countersign://app/index.html')).toBe(true);
    expect(page().attempt(step, 'countersign://app')).toBe(true);
    expect(log).toContain('refused: navigation to https://evil.example/');
  });

  it('opens no window and embeds no webview', () => {
    expect(page().openHandler?.({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
    expect(page().openHandler?.({ url: 'countersign://app/' })).toEqual({ action: 'deny' });
    expect(page().attempt('will-attach-webview')).toBe(false);
    expect(log).toEqual([
      'refused: a window for https://evil.example/',
      'refused: a window for countersign://app/',
      'refused: a webview',
    ]);
  });

  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'hid', 'openExternal'])(
    'is not granted "%s"',
    (name) => {
      expect(electron.permission(name)).toEqual({ requested: false, checked: false });
      expect(log).toEqual([`refused: the permission "${name}"`]);
    },
  );
});

describe('the app’s own scheme', () => {
  it('serves the built page under a strict policy', async () => {
    for (const url of ['countersign://app/', 'countersign://app/index.html']) {
      const answer = await electron.fetch(url);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('<title>Countersign</title>');
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
    }
    expect((await electron.fetch('countersign://app/assets/index-1a2b3c.js')).status).toBe(200);
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/notes.txt', '/assets/', '/etc/passwd', '/__proto__'])(
    'does not serve %s',
    async (path) => {
      expect((await electron.fetch(`countersign://app${path}`)).status).toBe(404);
    },
  );

  it('without a built renderer the app says so and ends', async () => {
    const bare = createElectronDouble();
    await launch(bare, '/nowhere');
    expect(bare.errors).toEqual([
      { title: 'Countersign cannot start', text: expect.stringContaining('no built renderer in /nowhere') },
    ]);
    expect(bare.told.at(-1)).toBe('exit 1');
    expect([bare.windows, bare.processes]).toEqual([[], []]);
  });
});

describe('the engine', () => {
  it('runs in a process of its own, given the state folder', () => {
    expect(electron.processes).toHaveLength(1);
    expect([engine().entry, engine().args]).toEqual(['/app/engine-process.js', ['--data-dir', '/state']]);
    engine().stdout.emit('data', Buffer.from('ready\n'));
    engine().stderr.emit('data', Buffer.from('careful\n'));
    expect(log).toEqual(['ready', 'careful']);
  });

  it('answers the page over a port that the shell only hands on', async () => {
    vi.useRealTimers();
    const time = new FakeTime();
    const memory = createMemoryEngine();
    const serve = createScreenServer(createGateway(memory.port, time, time).router);
    engine().on('received', ({ ports }: { ports: PortDouble[] }) => {
      for (const port of ports) serve(portWire(port as unknown as EmitterPort));
    });
    engine().emit('spawn');
    electron.askForEngine(page());
    const [{ channel, ports } = { channel: '', ports: [] }] = page().posted;
    expect(channel).toBe('countersign:engine-port');
    const port = (ports[0] as PortDouble).port as unknown as MessagePort;
    const client: EngineClient = createORPCClient(new RPCLink({ port }));
    port.start();
    expect((await client.hello()).sessionId).toBe('memory');
    port.close();
  });

  it('is not for frames that are not ours, nor for those inside ours', () => {
    engine().emit('spawn');
    const contents = page();
    electron.askForEngine(contents, { url: 'countersign://app/' });
    electron.askForEngine(contents, null);
    contents.mainFrame = { url: 'https://evil.example/' };
    electron.askForEngine(contents);
    expect(engine().messages).toEqual([]);
    expect(contents.posted).toEqual([]);
    expect(log).toEqual([
      'refused: a connection asked for by countersign://app/',
      'refused: a connection asked for by a frame that is gone',
      'refused: a connection asked for by https://evil.example/',
    ]);
  });

  it('that crashes is started again, after longer and longer', () => {
    for (const delayMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const count = electron.processes.length;
      engine().emit('spawn');
      engine().emit('exit', 139);
      expect(log.at(-1)).toBe(`the engine stopped with code 139; starting it again in ${delayMs} ms`);
      vi.advanceTimersByTime(delayMs - 1);
      expect(electron.processes).toHaveLength(count);
      vi.advanceTimersByTime(1);
      expect(electron.processes).toHaveLength(count + 1);
    }
    engine().emit('spawn');
    vi.advanceTimersByTime(60_001);
    engine().emit('exit', 1);
    expect(log.at(-1)).toContain('starting it again in 500 ms');
  });

  it('that comes back is given the screens that waited, the latest ones', () => {
    engine().emit('spawn');
    engine().emit('exit', 1);
    for (let i = 0; i < 20; i += 1) electron.askForEngine(page());
    vi.advanceTimersByTime(500);
    expect(engine().messages).toEqual([]);
    engine().emit('spawn');
    expect(engine().messages.map(({ type, ports }) => [type, ports.length])).toEqual(
      Array.from({ length: 16 }, () => ['connect', 1]),
    );
    electron.askForEngine(page());
    expect(engine().messages).toHaveLength(17);
  });

  it('ends before the app does, and is not started again', async () => {
    engine().emit('spawn');
    electron.app.emit('window-all-closed');
    expect(engine().messages).toEqual([{ type: 'stop', ports: [] }]);
    expect(electron.told).not.toContain('ended');
    engine().emit('exit', 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(electron.told.slice(-3)).toEqual(['quit', 'quit', 'ended']);
    expect(electron.processes).toHaveLength(1);
  });

  it('that will not end is ended', async () => {
    engine().emit('spawn');
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(7_999);
    expect(engine().killed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(engine().killed).toBe(true);
    expect(electron.told.at(-1)).toBe('ended');
    expect(log.at(-1)).toContain('did not end within 8000 ms');
  });

  it('is not waited for while it is down', async () => {
    engine().emit('exit', 1);
    electron.app.quit();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(electron.told.at(-1)).toBe('ended');
    expect(electron.processes).toHaveLength(1);
  });
});
