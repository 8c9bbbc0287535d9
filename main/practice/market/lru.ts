/** A bounded cache: the entry used longest ago leaves first. Entries are recomputed when asked for again. */
export class LruCache<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #entriesMax: number;
  /** The entry asked for last: mostly it is asked for again. */
  #last: { readonly key: K; readonly value: V } | null = null;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
    this.#last = null;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /**
   * `compute` is handed the entry that leaves for the new one, when one does: large arrays can be filled again instead of
   * allocated, if nobody keeps what he got from here.
   */
  getOrCompute(key: K, compute: (left: V | undefined) => V): V {
    if (this.#last?.key === key) return this.#last.value;
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const value = known === undefined ? compute(this.#leave()) : known;
    this.#entries.set(key, value);
    this.#last = { key, value };
    return value;
  }

  #leave(): V | undefined {
    if (this.#entries.size < this.#entriesMax) return undefined;
    const oldest = this.#entries.keys().next().value as K;
    const value = this.#entries.get(oldest);
    this.#entries.delete(oldest);
    if (this.#last?.key === oldest) this.#last = null;
    return value;
  }
}
