/** Tests that run in one go. */
export type Suite =
  /** Files, or folders of them, of one project of `vitest.config.ts`; `only` picks tests by their name. */
  | { readonly project: string; readonly files: readonly string[]; readonly only?: string }
  /** So many seeds of the simulation, from this one on. */
  | { readonly seeds: number; readonly from: number };

/** One promise of the program, broken on purpose: `find` stands in `file` exactly once and becomes `replace`. */
export interface Mutation {
  readonly name: string;
  readonly breaks: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Every one of them must notice. */
  readonly killedBy: readonly Suite[];
}

export const unit = (...files: string[]): Suite => ({
  project: 'unit',
  files: files.map((file) => `tests/unit/${file}`),
});
export const faults = (part: string, only: string): Suite => ({
  project: 'faults',
  files: [`tests/faults/${part}.test.ts`],
  only,
});
/** The recorded history that this very repair was made for. */
export const pinned = (name: string): Suite => ({
  project: 'simulation',
  files: ['tests/simulation/engine/engine-simulation.test.ts'],
  only: `${name} holds`,
});
export const SEEDS: Suite = { seeds: 80, from: 1_000_000 };
