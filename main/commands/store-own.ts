import { REALISTIC } from '../lab/backtest/settings.ts';
import type { StrategyOutline } from '../lab/strategy/outline.ts';
import type { PlannedStrategy } from '../lab/workers/planned-strategy.ts';
import { openStrategyCrew, type StrategyCrew } from '../lab/workers/strategy-crew.ts';
import type { Steps } from '../lab/workers/strategy-jobs.ts';
import { studyOwn } from '../lab/workers/study-own.ts';
import { type Asked, type ListedAs, storeRun, storeStudy } from './store-run.ts';

type Stored = ReturnType<typeof storeStudy>;
type Named = Omit<Asked, 'strategy' | 'codeSha256'>;

/** A strategy that does not get on for so long has failed. */
const SILENT_MS_MAX = 120_000;

/** Keeps a run of a strategy of the user's own, judged by workers that have the plan's candles before them. */
export const storeOwn = (
  crew: StrategyCrew,
  asked: Asked & { readonly strategy: StrategyOutline },
  listed: ListedAs,
  dataDir: string | undefined,
  tell: (steps: Steps) => void = () => undefined,
): Stored =>
  storeStudy(asked, listed, dataDir, ({ inputs, earlier, seed }) =>
    studyOwn(crew, { plan: { ...asked, seed }, inputs, map: null, earlier }, tell),
  );

/** Keeps the best of a search or a sweep, run on its candles and judged: one that ships here, one of the user's own where it can do no harm. */
export async function storeBest(
  { definition, outline, source, codeSha256 }: PlannedStrategy,
  named: Named,
  listed: ListedAs,
  dataDir: string | undefined,
): Stored {
  if (definition) return storeRun({ ...named, strategy: definition }, listed, dataDir);
  const { markets, settings = {} } = named;
  const crew = openStrategyCrew(
    source,
    { markets, settings: { ...REALISTIC, ...settings } },
    { size: 1, silentMsMax: SILENT_MS_MAX },
  );
  try {
    return await storeOwn(crew, { ...named, strategy: outline, codeSha256: codeSha256 as string }, listed, dataDir);
  } finally {
    await crew.close();
  }
}
