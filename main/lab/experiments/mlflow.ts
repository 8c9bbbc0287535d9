import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Experiment } from './experiment.ts';

export interface MlflowTarget {
  /** Of the tracking server, e.g. `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Name of the experiment there; made where it is missing. */
  readonly experiment: string;
  /** For servers that want it. */
  readonly token?: string;
  readonly timeoutMs?: number;
}

export interface MlflowExport {
  readonly runId: string;
  /** The run was there already, and nothing was sent. */
  readonly isKnown: boolean;
  /** Files that went along; none where the server keeps them elsewhere. */
  readonly files: number;
}

export interface MlflowError {
  /** `unknown`: sent, and nobody knows whether it arrived. */
  readonly kind: 'unreachable' | 'refused' | 'unknown';
  readonly message: string;
}

const TIMEOUT_MS = 15_000;
const READ_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
const ID_TAG = 'countersign.id';
/** The server's own limits for one request and one value. */
const PARAMS_AT_ONCE = 100;
const VALUE_LETTERS_MAX = 500;

const UNKNOWN = ': it is not known whether it arrived';

class Refusal extends Error {
  readonly kind: MlflowError['kind'];

  constructor(kind: MlflowError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Sends a run to an MLflow tracking server over its REST API: parameters, figures, tags, and the run's files where the server takes
 * them itself. A run that is there already is not sent again. Only questions are asked twice; what writes is sent once.
 */
export async function exportToMlflow(
  target: MlflowTarget,
  experiment: Experiment,
  folder: string,
): Promise<Result<MlflowExport, MlflowError>> {
  try {
    const api = new Api(target);
    const experimentId = await api.experimentId(target.experiment);
    const known = await api.runOf(experimentId, experiment.id);
    if (known !== null) return ok({ runId: known, isKnown: true, files: 0 });
    const { runId, artifactUri } = await api.createRun(experimentId, experiment);
    await api.log(runId, experiment);
    const files = await api.upload(artifactUri, folder);
    // Last: a run that broke off on the way is no finished one.
    await api.write('runs/update', { run_id: runId, status: 'FINISHED', end_time: experiment.createdMs });
    return ok({ runId, isKnown: false, files });
  } catch (error) {
    if (error instanceof Refusal) return fail({ kind: error.kind, message: error.message });
    throw error;
  }
}

class Api {
  readonly #target: MlflowTarget;
  readonly #base: string;

  constructor(target: MlflowTarget) {
    this.#target = target;
    this.#base = target.url.replace(/\/+$/, '');
  }

  async experimentId(name: string): Promise<string> {
    const query = new URLSearchParams({ experiment_name: name });
    const found = await this.#ask('GET', `experiments/get-by-name?${query}`, null, [404]);
    if (found !== null) return (found as { experiment: { experiment_id: string } }).experiment.experiment_id;
    return ((await this.write('experiments/create', { name })) as { experiment_id: string }).experiment_id;
  }

  /** A finished run of ours. */
  async runOf(experimentId: string, id: string): Promise<string | null> {
    const filter = `tags.\`${ID_TAG}\` = '${id}' and attributes.status = 'FINISHED'`;
    const body = { experiment_ids: [experimentId], filter, max_results: 1 };
    const found = (await this.#ask('POST', 'runs/search', body)) as { runs?: { info: { run_id: string } }[] };
    return found.runs?.[0]?.info.run_id ?? null;
  }

  async createRun(experimentId: string, experiment: Experiment): Promise<{ runId: string; artifactUri: string }> {
    const { id, createdMs, inputs, tags, note } = experiment;
    const named = { [ID_TAG]: id, 'countersign.build': inputs.build, 'mlflow.note.content': note };
    const own = tags.map((tag) => ({ key: `tag.${tag}`, value: 'true' }));
    const answer = (await this.write('runs/create', {
      experiment_id: experimentId,
      run_name: `${inputs.strategy} ${id}`,
      start_time: createdMs,
      tags: [...Object.entries(named).map(([key, value]) => ({ key, value })), ...own],
    })) as { run: { info: { run_id: string; artifact_uri?: string } } };
    return { runId: answer.run.info.run_id, artifactUri: answer.run.info.artifact_uri ?? '' };
  }

  async log(runId: string, { createdMs, inputs, statistics }: Experiment): Promise<void> {
    const { params, settings, data, seed, strategy } = inputs;
    const given = {
      strategy,
      seed,
      ...prefixed('param', params),
      ...prefixed('setting', settings),
      ...Object.fromEntries(
        data.map(({ instrument, timeframe, sha256 }, at) => [`data.${at}`, `${instrument} ${timeframe} ${sha256}`]),
      ),
    };
    const texts = Object.entries(given).map(([key, value]) => ({
      key,
      value: String(value).slice(0, VALUE_LETTERS_MAX),
    }));
    const figures = { ...(statistics ?? {}), ...prefixed('daily', statistics?.daily ?? {}) };
    const metrics = Object.entries(figures)
      .filter(([, value]) => typeof value === 'number' && Number.isFinite(value))
      .map(([key, value]) => ({ key, value, timestamp: createdMs, step: 0 }));
    await this.write('runs/log-batch', { run_id: runId, metrics, params: texts.slice(0, PARAMS_AT_ONCE) });
    for (let at = PARAMS_AT_ONCE; at < texts.length; at += PARAMS_AT_ONCE)
      await this.write('runs/log-batch', { run_id: runId, params: texts.slice(at, at + PARAMS_AT_ONCE) });
  }

  /** Through the server, where it says that it keeps files itself. */
  async upload(artifactUri: string, folder: string): Promise<number> {
    const place = /^mlflow-artifacts:\/(?:\/[^/]*\/)?(.*)$/.exec(artifactUri)?.[1];
    if (place === undefined) return 0;
    const names = readdirSync(folder);
    for (const name of names) {
      const path = [...place.split('/'), name].filter(Boolean).map(encodeURIComponent).join('/');
      await this.#send('PUT', `/api/2.0/mlflow-artifacts/artifacts/${path}`, readFileSync(join(folder, name)));
    }
    return names.length;
  }

  /** Sent once: a second time might write twice. */
  write(path: string, body: object): Promise<unknown> {
    return this.#send('POST', `/api/2.0/mlflow/${path}`, JSON.stringify(body));
  }

  /** Null for one of the statuses that mean no. */
  async #ask(method: string, path: string, body: object | null, no: readonly number[] = []): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(method, `/api/2.0/mlflow/${path}`, body && JSON.stringify(body), no);
      } catch (error) {
        if (!(error instanceof Refusal) || error.kind === 'refused') throw error;
        if (attempt === READ_ATTEMPTS) throw new Refusal('unreachable', error.message.replace(UNKNOWN, ''));
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | null,
    no: readonly number[] = [],
  ): Promise<unknown> {
    const { token, timeoutMs = TIMEOUT_MS } = this.#target;
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#base + path, {
        method,
        body,
        headers: {
          ...(typeof body === 'string' && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw this.#lost(error as Error, path);
    }
    if (response.ok) return this.#parsed(text, path);
    if (no.includes(response.status)) return null;
    const kind = response.status >= 500 ? 'unreachable' : 'refused';
    throw new Refusal(
      kind,
      `${this.#base}${path.split('?')[0]} answered ${response.status}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`,
    );
  }

  #parsed(text: string, path: string): unknown {
    if (text === '') return {};
    try {
      return JSON.parse(text);
    } catch {
      throw new Refusal(
        'refused',
        `${this.#base}${path.split('?')[0]} answered something that is no JSON: is it an MLflow server?`,
      );
    }
  }

  #lost(error: Error, path: string): Refusal {
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
      return new Refusal('unreachable', `${this.#base} cannot be reached (${code})`);
    const why = error.name === 'TimeoutError' ? 'did not answer in time' : (code ?? error.message);
    return new Refusal('unknown', `${this.#base}${path.split('?')[0]}: ${why}${UNKNOWN}`);
  }
}

const prefixed = (prefix: string, values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
