const REASONS_MAX = 64;

/** Messages that were put aside because they cannot be believed, counted by reason. */
export interface Quarantine {
  add(why: string): void;
  readonly total: number;
  reasons(): { why: string; count: number }[];
}

export function createQuarantine(): Quarantine {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    add(why) {
      total += 1;
      const key = counts.has(why) || counts.size < REASONS_MAX ? why : 'other';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    get total() {
      return total;
    },
    reasons: () => [...counts].map(([why, count]) => ({ why, count })),
  };
}
