// First: the library reads its environment as it loads. Nothing else imports it directly.
import './telemetry-off.ts';
import type * as native from 'onnxruntime-node';

type Runtime = Pick<typeof native, 'InferenceSession' | 'Tensor'>;

export interface LoadedRuntime extends Runtime {
  /** `wasm` where there is no native library for this machine: the same answers, some times slower, on the processor alone. */
  readonly kind: 'native' | 'wasm';
  /** What it can run a graph on; what is not bundled needs libraries of the machine. */
  readonly providers: readonly { readonly name: string; readonly bundled: boolean }[];
  readonly version: string;
  /** Why it is not the native one; empty where it is. */
  readonly why: string;
}

/** What runs models on this machine. */
export const RUNTIME: LoadedRuntime = await load();
export const { InferenceSession, Tensor } = RUNTIME;
export type InferenceSession = native.InferenceSession;
export type SessionOptions = native.InferenceSession.SessionOptions;
export type Tensor = native.Tensor;

async function load(): Promise<LoadedRuntime> {
  try {
    const { InferenceSession, Tensor, listSupportedBackends, env } = await import('onnxruntime-node');
    const { common: version } = env.versions;
    return { kind: 'native', version, InferenceSession, Tensor, providers: listSupportedBackends(), why: '' };
  } catch (error) {
    const web = await import('onnxruntime-web').catch(() => null);
    // Packages for platforms that have a native one come without it: then that one's failure is what there is to say.
    if (web === null) throw error;
    const { InferenceSession, Tensor, env } = web;
    // As the native one: models this small are answered faster by one thread than by several.
    env.wasm.numThreads = 1;
    const why = `the native library does not load: ${(error as Error).message.split('\n')[0]}`;
    const providers = [{ name: 'wasm', bundled: true }];
    const { common: version } = env.versions;
    return { kind: 'wasm', version, InferenceSession, Tensor, providers, why };
  }
}
