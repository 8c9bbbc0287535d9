import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { FeatureSetIdentity, MemoryLimits, Placement } from '../../engine/inference/protocol.ts';
import { wayNamed } from '../providers/provider.ts';
import { type OpenModel, openModelPackage, type Refusal } from './model-package.ts';

export const keyOf = (model: string, version: string): string => `${model}@${version}`;

/**
 * Open models within a limit of memory, by what a probe found each to take. Where a further one does not fit, those asked
 * least recently are released; the next question opens them again.
 */
export class ModelShelf {
  readonly #limits: MemoryLimits;
  readonly #featureSets: readonly FeatureSetIdentity[];
  /** Least recently used first. */
  readonly #open = new Map<string, { readonly model: OpenModel; readonly memoryBytes: number }>();
  readonly #loads = new Map<string, number>();

  constructor(limits: MemoryLimits, featureSets: readonly FeatureSetIdentity[]) {
    this.#limits = limits;
    this.#featureSets = featureSets;
  }

  /** Of all open models, as probed. */
  get openBytes(): number {
    let sum = 0;
    for (const { memoryBytes } of this.#open.values()) sum += memoryBytes;
    return sum;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** How often a model was opened. */
  loads(key: string): number {
    return this.#loads.get(key) ?? 0;
  }

  /** The model, opened and checked where it was not; others give way where they have to. No other call may be under way. */
  async take(placement: Placement): Promise<Result<OpenModel, Refusal>> {
    const { model, version, modelsDir, memoryBytes } = placement;
    const key = keyOf(model, version);
    const held = this.#open.get(key);
    if (held) {
      this.#open.delete(key);
      this.#open.set(key, held);
      return ok(held.model);
    }
    const limit = Math.min(this.#limits.modelBytesMax, this.#limits.totalBytesMax);
    if (memoryBytes > limit) {
      const reason = `${model}/${version} takes ${megabytes(memoryBytes)} of memory, the limit is ${megabytes(limit)}.`;
      return fail({ kind: 'refused', reason });
    }
    while (this.openBytes + memoryBytes > this.#limits.totalBytesMax) await this.evictOldest();
    const way = placement.gpu === undefined ? null : wayNamed(placement.gpu);
    if (way === undefined)
      return fail({ kind: 'refused', reason: `${model}/${version}: there is no ${placement.gpu}.` });
    const opened = await openModelPackage(modelsDir, model, version, this.#featureSets, way);
    if (!opened.ok) return opened;
    this.#open.set(key, { model: opened.value, memoryBytes });
    this.#loads.set(key, this.loads(key) + 1);
    return opened;
  }

  /** Releases the model asked least recently; false where none is open. */
  async evictOldest(): Promise<boolean> {
    const oldest = this.#open.keys().next().value;
    if (oldest === undefined) return false;
    await this.release(oldest);
    return true;
  }

  async release(key: string): Promise<void> {
    const held = this.#open.get(key);
    this.#open.delete(key);
    await held?.model.session.release();
  }

  async releaseAll(): Promise<void> {
    while (await this.evictOldest());
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
