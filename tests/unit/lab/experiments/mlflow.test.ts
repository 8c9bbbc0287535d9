/** The export to MLflow, against a small server that answers the calls of its REST API that are used. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../main/lab/experiments/experiment.ts';
import { exportToMlflow } from '../../../../main/lab/experiments/mlflow.ts';
import { inputsOf, resultOf } from './sample-runs.ts';

interface Run {
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  readonly metrics: Record<string, number>;
  status: string;
}
type Body = Record<string, never> & {
  readonly name?: string;
  readonly filter?: string;
  readonly run_id?: string;
  readonly status?: string;
  readonly experiment_id?: string;
  readonly tags?: { key: string; value: string }[];
  readonly params?: { key: string; value: string }[];
  readonly metrics?: { key: string; value: number; timestamp: number; step: number }[];
};

class Tracking {
  readonly experiments = new Map<string, string>();
  readonly runs = new Map<string, Run>();
  readonly files = new Map<string, string>();
  readonly calls: string[] = [];
  artifactRoot = 'mlflow-artifacts:/1';
  /** Answers the next calls of a path so, once each; `null` for silence. */
  readonly instead = new Map<string, (number | string | null)[]>();
  readonly server: Server = createServer((request, response) => void this.#answer(request, response));

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const path = pathname.replace('/api/2.0/mlflow/', '').replace('/api/2.0/mlflow-artifacts/', '');
    this.calls.push(path);
    const instead = this.instead.get(path)?.shift();
    if (instead === null) return;
    if (instead !== undefined) {
      response.writeHead(typeof instead === 'number' ? instead : 200).end(String(instead));
      return;
    }
    if (request.method === 'PUT') {
      this.files.set(path, Buffer.concat(chunks).toString());
      response.end('{}');
      return;
    }
    const body = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as Body;
    const answer = this.#call(path, body, searchParams);
    response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error_code: 'RESOURCE_DOES_NOT_EXIST' }));
  }

  #call(path: string, body: Body, query: URLSearchParams): object | null {
    const run = this.runs.get(body.run_id ?? '');
    switch (path) {
      case 'experiments/get-by-name': {
        const id = this.experiments.get(query.get('experiment_name') ?? '');
        return id === undefined ? null : { experiment: { experiment_id: id } };
      }
      case 'experiments/create':
        this.experiments.set(body.name!, '1');
        return { experiment_id: '1' };
      case 'runs/search': {
        const [, tag, status] = /'(.*)' and attributes\.status = '(.*)'/.exec(body.filter!)!;
        const found = [...this.runs].filter(
          ([, each]) => each.tags['countersign.id'] === tag && each.status === status,
        );
        return { runs: found.map(([run_id]) => ({ info: { run_id } })) };
      }
      case 'runs/create': {
        const run_id = `run${this.runs.size + 1}`;
        const tags = Object.fromEntries(body.tags!.map(({ key, value }) => [key, value]));
        this.runs.set(run_id, { tags, params: {}, metrics: {}, status: 'RUNNING' });
        return { run: { info: { run_id, artifact_uri: `${this.artifactRoot}/${run_id}/artifacts` } } };
      }
      case 'runs/log-batch':
        for (const { key, value } of body.params ?? []) run!.params[key] = value;
        for (const { key, value } of body.metrics ?? []) run!.metrics[key] = value;
        return {};
      case 'runs/update':
        run!.status = body.status!;
        return {};
      default:
        return null;
    }
  }
}

let tracking: Tracking;
let folder: string;
beforeEach(async () => {
  tracking = new Tracking();
  await new Promise<void>((resolve) => tracking.server.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'mlflow-'));
  writeFileSync(join(folder, 'report.html'), '<!doctype html>');
});
afterEach(() => {
  tracking.server.closeAllConnections();
  tracking.server.close();
  rmSync(folder, { recursive: true });
});

const run: Experiment = {
  id: '0123456789ab',
  createdMs: 1_700_000_000_000,
  status: 'done',
  why: '',
  inputs: inputsOf(10),
  statistics: resultOf([0.01, -0.02]).statistics,
  verdict: '',
  resultHash: 'x',
  folder: 'f',
  tags: ['keep'],
  note: 'first',
};
const send = (timeoutMs = 10_000) =>
  exportToMlflow({ url: `${tracking.url}/`, experiment: 'countersign', timeoutMs }, run, folder);

describe('a run', () => {
  it('arrives with parameters, figures, tags and files, and is finished last', async () => {
    expect(await send()).toEqual({ ok: true, value: { runId: 'run1', isKnown: false, files: 1 } });
    const sent = tracking.runs.get('run1')!;
    expect(sent).toMatchObject({
      status: 'FINISHED',
      tags: { 'countersign.id': '0123456789ab', 'mlflow.note.content': 'first', 'tag.keep': 'true' },
      params: { strategy: 'sma-cross', seed: '1', 'param.fast': '10', 'setting.leverageMax': 'Infinity' },
      metrics: { trades: 2, returnPct: expect.closeTo(-1.02, 9), 'daily.observations': 2 },
    });
    expect(Object.values(sent.metrics).every(Number.isFinite)).toBe(true);
    expect([...tracking.files]).toEqual(
      [['artifacts/run1/artifacts/report.html', '<!doctype html>']].map(([name, text]) => [
        expect.stringContaining(name!.slice(10)),
        text,
      ]),
    );
    expect(tracking.calls.at(-1)).toBe('runs/update');
  });
  it('that is there is not sent again; one that broke off is', async () => {
    tracking.instead.set('runs/log-batch', [500]);
    expect(await send()).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', message: expect.stringContaining('answered 500') },
    });
    expect(
      tracking.calls.filter((path) => path === 'runs/log-batch'),
      'what writes is sent once',
    ).toHaveLength(1);
    expect(await send()).toMatchObject({ ok: true, value: { runId: 'run2', isKnown: false } });
    expect(await send()).toMatchObject({ ok: true, value: { runId: 'run2', isKnown: true } });
    expect(tracking.runs.size).toBe(2);
  });
  it('goes without files where the server keeps them elsewhere', async () => {
    tracking.artifactRoot = 's3://bucket/1';
    expect(await send()).toMatchObject({ ok: true, value: { files: 0 } });
    expect(tracking.files.size).toBe(0);
  });
});

describe('a server that fails', () => {
  it('is asked again where it was only asked', async () => {
    tracking.instead.set('experiments/get-by-name', [503, 503]);
    tracking.instead.set('runs/search', [502]);
    expect(await send()).toMatchObject({ ok: true });
  });
  it('is given up after three questions', async () => {
    tracking.instead.set('experiments/get-by-name', [503, 503, 503]);
    expect(await send()).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(tracking.calls).toHaveLength(3);
  });
  it('and does not answer what writes: nobody knows, and it is not sent again', async () => {
    tracking.instead.set('runs/create', [null]);
    const result = await send(300);
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: 'unknown',
        message: expect.stringMatching(/runs\/create: did not answer in time: it is not known whether it arrived$/),
      },
    });
    expect(tracking.calls.filter((path) => path === 'runs/create')).toHaveLength(1);
  });
  it('or is no MLflow at all', async () => {
    tracking.instead.set('experiments/get-by-name', ['<html>hello</html>']);
    expect(await send()).toMatchObject({
      error: { kind: 'refused', message: expect.stringContaining('is it an MLflow server?') },
    });
    const nobody = await exportToMlflow({ url: 'http://127.0.0.1:9', experiment: 'x' }, run, folder);
    expect(nobody).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });
});
