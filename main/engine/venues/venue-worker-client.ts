import { Worker } from 'node:worker_threads';
import type { VenueAccessChanged } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import { type Cancel, systemTime, type Time } from '../kernel/clock.ts';
import type { Credentials } from './binance/tapped-binance.ts';
import { createInFlight } from './in-flight.ts';
import type { VenueCommand, VenueEvent, VenuePort, WorkerStatus } from './venue-port.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

const RESTART_MS_FIRST = 250;
const RESTART_MS_MAX = 10_000;
/** A worker that lived this long starts over with the shortest pause. */
const STABLE_MS = 30_000;
const STOP_MS_MAX = 5_000;

export interface VenueWorkerOptions extends WorkerStart {
  /** Asked at every start of the worker; not kept here. */
  readonly credentials: () => Promise<Credentials>;
  /** For the log: damaged stores, failed starts. */
  readonly onProblem: (text: string) => void;
  /** Where the worker's code is; the source beside this file by default. */
  readonly workerUrl?: URL;
  readonly time?: Time;
}

export interface VenueWorkerPort extends VenuePort {
  /** Ends the worker as a crash would. */
  crash(): Promise<void>;
}

type AuditCommand = Extract<VenueCommand, { kind: 'audit' }>;

/** One audit that does for both: what is believed open now, and every fill that either asks for. */
function mergedAudit(before: AuditCommand | null, next: AuditCommand): AuditCommand {
  const since = [before?.fillsSinceMs, next.fillsSinceMs].filter((ms) => typeof ms === 'number');
  return { ...next, fillsSinceMs: since.length === 0 ? null : Math.min(...since) };
}

/**
 * A venue connector in a worker thread, started again with growing pauses when it dies. What was in flight then is answered
 * `unknown`; nothing is ever submitted twice.
 */
export function createVenueWorkerPort(options: VenueWorkerOptions): VenueWorkerPort {
  const { time = systemTime } = options;
  const listeners: ((event: VenueEvent, receivedTimeMs: number) => void)[] = [];
  const inFlight = createInFlight();
  const followed = new Set<InstrumentId>();
  /** What the worker said of the venue's door: the next one begins by finding out for itself. */
  const barred = new Set<VenueAccessChanged['code']>();
  let worker: Worker | null = null;
  let stopping = false;
  let restarts = 0;
  let pauseMs = RESTART_MS_FIRST;
  let startedAtMs = 0;
  let cancelRestart: Cancel = () => {};
  let bookWanted: InstrumentId | null = null;
  /** Asked for while there was no worker: says from when on fills may be missing, so it must not be lost. */
  let auditWanted: AuditCommand | null = null;

  function tell(event: VenueEvent, receivedTimeMs = time.nowMs()): void {
    inFlight.answered(event);
    if (event.kind === 'VenueAccessChanged') {
      if (event.why === null) barred.delete(event.code);
      else barred.add(event.code);
    }
    if (event.kind === 'InstrumentsLoaded') for (const { id } of event.instruments) followed.add(id);
    for (const listener of listeners) listener(event, receivedTimeMs);
  }
  const tellStatus = (status: WorkerStatus['status'], why: string): void =>
    tell({ kind: 'WorkerStatus', status, restarts, why });
  const post = (to: Worker, message: ToWorker): void => to.postMessage(message);

  function launch(): void {
    startedAtMs = time.nowMs();
    tellStatus(restarts === 0 ? 'starting' : 'restarting', '');
    const { candleStorePath, connector, market = 'spot', record } = options;
    const data: WorkerStart = { candleStorePath, connector, market, ...(record && { record }) };
    const mine = new Worker(options.workerUrl ?? new URL('./worker.ts', import.meta.url), { workerData: data });
    worker = mine;
    let reason = '';
    mine.on('message', (message: FromWorker) => {
      if (message.kind === 'problem') {
        options.onProblem(message.text);
        return;
      }
      for (const event of message.events) tell(event, message.atMs);
      post(mine, { kind: 'taken', batches: 1 });
    });
    mine.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    mine.once('exit', (code) => died(mine, reason || `exit code ${code}`));
    mine.once('online', () => tellStatus('running', ''));
    options.credentials().then(
      (credentials) => post(mine, { kind: 'credentials', apiKey: credentials.apiKey, secret: credentials.secret }),
      (error: unknown) => {
        options.onProblem(`No credentials for the venue: ${error instanceof Error ? error.message : String(error)}`);
        void mine.terminate();
      },
    );
    if (auditWanted) post(mine, { kind: 'command', command: auditWanted });
    auditWanted = null;
    if (bookWanted !== null) post(mine, { kind: 'command', command: { kind: 'watchBook', instrumentId: bookWanted } });
  }

  function died(which: Worker, why: string): void {
    if (worker !== which) return;
    worker = null;
    if (stopping) return;
    options.onProblem(`The venue worker ended: ${why}. It is started again.`);
    tell({ kind: 'PrivateStreamChanged', status: 'down', why: 'the venue worker ended' });
    for (const instrumentId of followed) {
      tell({ kind: 'FeedStatusChanged', instrumentId, status: 'down', why: 'the venue worker ended' });
    }
    for (const code of barred) tell({ kind: 'VenueAccessChanged', code, why: null });
    for (const event of inFlight.answerAll('The venue worker ended before an answer came.')) tell(event);
    // A clock that was set back says nothing about how long it lived: then it is not taken for one that dies at once.
    const livedMs = time.nowMs() - startedAtMs;
    if (livedMs > STABLE_MS || livedMs < 0) pauseMs = RESTART_MS_FIRST;
    restarts += 1;
    tellStatus('restarting', why);
    cancelRestart = time.after(pauseMs, launch);
    pauseMs = Math.min(RESTART_MS_MAX, pauseMs * 2);
  }

  /** There is no worker: an order was certainly not sent; what else was asked has no answer now. */
  function refuse(command: VenueCommand): void {
    if (command.kind === 'submit') {
      tell({
        kind: 'SubmitAnswered',
        clientOrderId: command.order.clientOrderId,
        outcome: 'rejected',
        venueOrderId: null,
        code: 'NOT_CONNECTED',
        text: 'Not sent: the venue worker is being started again.',
        putOff: true,
      });
      return;
    }
    if (command.kind === 'audit') {
      auditWanted = mergedAudit(auditWanted, command);
      return;
    }
    inFlight.passed(command);
    for (const event of inFlight.answerAll('The venue worker is being started again.')) tell(event);
  }

  return {
    start() {
      if (!worker && !stopping) launch();
    },
    send(command) {
      if (command.kind === 'watchBook') bookWanted = command.instrumentId;
      if (!worker) {
        refuse(command);
        return;
      }
      inFlight.passed(command);
      post(worker, { kind: 'command', command });
    },
    onEvent(listener) {
      listeners.push(listener);
    },
    async crash() {
      await worker?.terminate();
    },
    async stop() {
      stopping = true;
      cancelRestart();
      const ending = worker;
      if (ending) {
        const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
        post(ending, { kind: 'stop' });
        const waitNoLonger = time.after(STOP_MS_MAX, () => void ending.terminate());
        await ended;
        waitNoLonger();
      }
      tellStatus('stopped', '');
    },
  };
}
