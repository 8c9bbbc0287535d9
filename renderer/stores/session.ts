/** One page's life with the engine: connect, say hello, follow the desk and the watched market, resume when cut off. */
import { type DeskMessage, deskMessageSchema, type Hello, helloSchema } from '../../preload/contract.ts';
import { marketFrameSchema } from '../../preload/market-contract.ts';
import type { EngineClient, EngineConnection, EngineTransport } from '../transport/client.ts';
import { keepConnected } from '../transport/connection.ts';
import { loadSetting, saveSetting } from './actions.ts';
import { deskStore, receiveDeskMessage } from './desk-store.ts';
import { marketHub } from './market-hub.ts';
import { versionStep } from './same-version.ts';
import { announce, showToast } from './toast-store.ts';
import { CONFIDENCE_PANE, readSavedView, savedView, setView, type ViewState, viewStore } from './view-store.ts';

const BOOK_LEVELS = 40;
const SAVE_AFTER_MS = 600;
const ASK_AGAIN_MS = 150;
const FIRST_INSTRUMENTS_MS_MAX = 4_000;

/** Starts and never ends before `signal`; call once. */
export function startSession(transport: EngineTransport, signal: AbortSignal): Promise<void> {
  return keepConnected(
    transport,
    {
      run: runConnection,
      lost(attempt, retryInMs) {
        const before = deskStore.getState().link;
        const sinceMs = before.state === 'lost' ? before.sinceMs : Date.now();
        if (before.state === 'live')
          announce('Connection to the engine lost. Nothing can be signed until it is back.', 'assertive');
        deskStore.setState({
          client: null,
          link: { state: 'lost', attempt, retryAtMs: Date.now() + retryInMs, sinceMs },
        });
      },
    },
    signal,
  );
}

async function runConnection({ client }: EngineConnection): Promise<void> {
  const hello = await helloWithInstruments(client, FIRST_INSTRUMENTS_MS_MAX);
  const before = deskStore.getState();
  // Another engine process counts its revisions anew: what was shown must be replaced, not patched.
  const isSameEngine = before.hello?.sessionId === hello.sessionId;
  deskStore.setState({ client, hello, desk: isSameEngine ? before.desk : null });
  if (!before.hello) setView(readSavedView(await loadSetting('view')));
  const wanted = viewStore.getState().instrumentId;
  watchOneOf(hello, wanted);

  const stop = new AbortController();
  const stopSaving = saveViewOnChange();
  try {
    if (hello.instruments.length === 0) void takeLateInstruments(client, wanted, stop.signal).catch(() => undefined);
    await Promise.race([followDesk(client, stop.signal), followMarket(client, stop.signal)]);
  } finally {
    stopSaving();
    stop.abort();
  }
}

/** An engine that has just started may not have its venue's instruments yet: asks until it has, for so long at most. */
async function helloWithInstruments(client: EngineClient, limitMs: number): Promise<Hello> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const said = await client.hello();
    expectSameVersion(said.contractVersion);
    const hello = helloSchema.parse(said);
    if (hello.instruments.length > 0 || performance.now() > untilMs) return hello;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** @throws Error when the engine speaks another version of the contract than this page; the page is then loaded anew */
function expectSameVersion(engineVersion: number): void {
  const step = versionStep(engineVersion, sessionStorage);
  if (step === 'same') return;
  if (step === 'reload') location.reload();
  else showToast('bad', 'The engine is of another version than this page. Close the page and open it again.');
  throw new Error(`the engine speaks contract ${engineVersion}`);
}

/** The venue was away when the page connected; the desk shows without a market until it is back. */
async function takeLateInstruments(client: EngineClient, wanted: string | null, signal: AbortSignal): Promise<void> {
  const hello = await helloWithInstruments(client, Number.POSITIVE_INFINITY);
  if (signal.aborted) return;
  deskStore.setState({ hello });
  watchOneOf(hello, wanted);
}

/** Watches what was wanted where the engine has it, else the first there is. */
function watchOneOf({ instruments }: Hello, wanted: string | null): void {
  const found = instruments.find((row) => row.id === wanted) ?? instruments[0];
  setView({ instrumentId: found?.id ?? null });
}

async function followDesk(client: EngineClient, signal: AbortSignal): Promise<void> {
  const revision = deskStore.getState().desk?.revision;
  const stream = await client.watchDesk(revision === undefined ? {} : { sinceRevision: revision }, { signal });
  deskStore.setState((state) => (state.desk ? { link: { state: 'live' } } : state));
  for await (const received of stream) {
    const message = deskMessageSchema.parse(received);
    receiveDeskMessage(message);
    if (message.type === 'patch' && tellsOfNewRules(message)) void takeNewRules(client, signal).catch(() => undefined);
    if (deskStore.getState().link.state !== 'live') {
      announce('Connected to the engine.');
      deskStore.setState({ link: { state: 'live' } });
    }
  }
}

const tellsOfNewRules = ({ desk }: DeskMessage): boolean =>
  desk.journal?.some(({ kind }) => kind === 'RulesChanged' || kind === 'InstrumentsLoaded') ?? false;

/** Another venue's instruments are there, or what is taken of one has changed: lists and tickets follow what the engine knows now. */
async function takeNewRules(client: EngineClient, signal: AbortSignal): Promise<void> {
  const hello = helloSchema.parse(await client.hello());
  if (!signal.aborted) deskStore.setState({ hello });
}

const watchedKey = (view: ViewState): string => `${view.instrumentId} ${view.timeframe} ${view.indicators.join(' ')}`;

/** One market stream at a time, restarted when the person looks at something else. */
async function followMarket(client: EngineClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const view = viewStore.getState();
    const change = new AbortController();
    const unsubscribe = viewStore.subscribe((next) => {
      if (watchedKey(next) === watchedKey(view)) return;
      change.abort();
      // At once, so that no frame of the old market can be painted on the new one.
      marketHub.clearWatched();
    });
    try {
      await followOneMarket(client, view, AbortSignal.any([signal, change.signal]));
      // A stream the engine ended of itself means the connection is ending too.
      if (!change.signal.aborted) return;
    } catch (error) {
      if (!change.signal.aborted) throw error;
    } finally {
      unsubscribe();
    }
  }
}

async function followOneMarket(client: EngineClient, view: ViewState, signal: AbortSignal): Promise<void> {
  if (view.instrumentId === null) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return;
  }
  marketHub.clearWatched();
  const { instrumentId, timeframe } = view;
  const indicators = view.indicators.filter((id) => id !== CONFIDENCE_PANE);
  const stream = await client.watchMarket({ instrumentId, timeframe, indicators, bookLevels: BOOK_LEVELS }, { signal });
  for await (const frame of stream) {
    if (signal.aborted) return;
    marketHub.push(marketFrameSchema.parse(frame));
  }
}

function saveViewOnChange(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saved = JSON.stringify(savedView(viewStore.getState()));
  const unsubscribe = viewStore.subscribe((view) => {
    const next = JSON.stringify(savedView(view));
    if (next === saved) return;
    saved = next;
    clearTimeout(timer);
    timer = setTimeout(() => void saveSetting('view', savedView(viewStore.getState())), SAVE_AFTER_MS);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
