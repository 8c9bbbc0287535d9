import { hostname } from 'node:os';
import { RUNTIME } from '../onnx-runtime.ts';
import { GPU_PROVIDERS, type GpuProvider } from './provider.ts';

/** Those that this build of the runtime knows; whether this machine bears them only trying tells. */
export const gpuProviders = (): readonly GpuProvider[] =>
  GPU_PROVIDERS.filter((provider) => RUNTIME.providers.some(({ name }) => name === provider));

/** What measures trainings, and where: a data folder may be carried to another machine. */
export const PROVIDER_BUILD = `ONNX Runtime ${RUNTIME.version} on ${hostname()}, ${process.platform} ${process.arch}`;
