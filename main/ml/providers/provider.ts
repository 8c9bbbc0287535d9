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

/** How a model is asked on a GPU: in single precision, as it is, or with its products in half (`onnx/half-precision.ts`). */
export interface GpuWay {
  readonly gpu: GpuProvider;
  readonly isHalf: boolean;
}

const HALF = '-half';

/** As protocols and boards name it: `webgpu`, `webgpu-half`. */
export const wayName = ({ gpu, isHalf }: GpuWay): string => `${gpu}${isHalf ? HALF : ''}`;

/** Undefined where there is none of that name. */
export function wayNamed(name: string): GpuWay | undefined {
  const isHalf = name.endsWith(HALF);
  const gpu = GPU_PROVIDERS.find((each) => each === (isHalf ? name.slice(0, -HALF.length) : name));
  return gpu && { gpu, isHalf };
}
