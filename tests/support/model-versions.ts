import { join } from 'node:path';
import type { MemberScore, ScoreTally } from '../../main/engine/domain/ensemble.ts';
import type { CardEvent, CardTraded } from '../../main/ml/card.ts';
import { type SmallPackage, smallPackage, writePackage } from './small-model.ts';

/** A package of this version whose card shows all that the gate wants of a card. */
export async function goodVersion(version: string, netBps = 3): Promise<SmallPackage> {
  const { card, ...rest } = await smallPackage();
  const netBpsPerTrade = { value: netBps, low: netBps - 1, high: netBps + 1 };
  return {
    ...rest,
    card: {
      ...card,
      version,
      audit: { ...card.audit, shuffledLabelAuc: 0.505 },
      outOfSample: {
        ...card.outOfSample,
        lossGain: { value: 0.01, low: 0.004, high: 0.016 },
        event: { ...(card.outOfSample.event as CardEvent), expectedCalibrationError: 0.012 },
        traded: { ...(card.outOfSample.traded as CardTraded), netBpsPerTrade },
      },
      edge: { ...card.edge, verdict: 'measured' },
    },
  };
}

/** Version 1.0.0 as it ships, and 1.1.0 made here, below `root`. */
export async function twoVersions(root: string): Promise<void> {
  await writePackage(await goodVersion('1.0.0', 1), join(root, 'shipped'));
  await writePackage(await goodVersion('1.1.0'), join(root, 'own'));
}

export const HOURS_30 = 30 * 3_600_000;

/** A record live: so many forecasts since `sinceMs`, each with this loss. */
export function scoreOf(member: string, settled: number, loss: number, sinceMs = 0): MemberScore {
  const usual: ScoreTally = { n: settled, logLoss: settled * loss, brier: settled * 0.24, right: settled * 0.55 };
  const none: ScoreTally = { n: 0, logLoss: 0, brier: 0, right: 0 };
  return { member, settled, sinceMs, byRegime: { calm: none, usual, wild: none } };
}
