/** One thing that goes wrong: what brings it about, what must hold all the same, and what the trader sees meanwhile. */
export interface FaultCase {
  /** Kebab-case, stable: what people and reports call it. */
  readonly id: string;
  /** What happens, as a trader would tell it. */
  readonly title: string;
  /** Who brings it about, and with which switch. */
  readonly injected: string;
  readonly holds: string;
  readonly seen: string;
  /** Brings it about and throws unless `holds` and `seen` are so. Where there is none, `open` says why. */
  readonly check?: () => Promise<void>;
  readonly open?: string;
  /** Longer than the two minutes that a case may take. */
  readonly limitMs?: number;
}

export interface FaultPart {
  readonly title: string;
  readonly cases: readonly FaultCase[];
}
