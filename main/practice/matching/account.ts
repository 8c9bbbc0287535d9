import { assert } from '../../engine/domain/result.ts';

export interface Balance {
  readonly free: bigint;
  readonly locked: bigint;
}

/** Free and locked amounts per asset in atoms. No operation can make either negative: that would be a bug and throws. */
export class Account {
  readonly #balances = new Map<string, { free: bigint; locked: bigint }>();
  readonly #touched = new Set<string>();

  constructor(initial: Iterable<readonly [string, Balance]>) {
    for (const [asset, { free, locked }] of initial) this.#balances.set(asset, { free, locked });
  }

  get(asset: string): Balance {
    return this.#balances.get(asset) ?? { free: 0n, locked: 0n };
  }

  entries(): readonly (readonly [string, Balance])[] {
    return [...this.#balances].map(([asset, balance]) => [asset, { ...balance }] as const);
  }

  /** Assets changed since the last call. */
  takeTouched(): readonly string[] {
    const assets = [...this.#touched];
    this.#touched.clear();
    return assets;
  }

  lock(asset: string, atoms: bigint): void {
    this.#change(asset, -atoms, atoms);
  }

  release(asset: string, atoms: bigint): void {
    this.#change(asset, atoms, -atoms);
  }

  spendLocked(asset: string, atoms: bigint): void {
    this.#change(asset, 0n, -atoms);
  }

  spendFree(asset: string, atoms: bigint): void {
    this.#change(asset, -atoms, 0n);
  }

  credit(asset: string, atoms: bigint): void {
    this.#change(asset, atoms, 0n);
  }

  #change(asset: string, free: bigint, locked: bigint): void {
    const balance = this.#balances.get(asset) ?? { free: 0n, locked: 0n };
    balance.free += free;
    balance.locked += locked;
    assert(balance.free >= 0n && balance.locked >= 0n, `balance of ${asset} below zero`);
    this.#balances.set(asset, balance);
    this.#touched.add(asset);
  }
}
