/** Ways to a GPU that a runtime may know. */
export const GPU_PROVIDERS = ['cuda', 'dml', 'coreml', 'webgpu'] as const;
export type GpuProvider = (typeof GPU_PROVIDERS)[number];

/** Where a training graph runs. A GPU is taken strictly: a node without a kernel there is an error, not a slow step. */
export type TrainingProvider = 'cpu' | GpuProvider;

/** As people read them. */
export const PROVIDER_TITLES: Readonly<Record<TrainingProvider, string>> = {
  cpu: 'the processor',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
};
