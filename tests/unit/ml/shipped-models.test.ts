import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { featureSetIdentities } from '../../../main/engine/features/feature-sets.ts';
import { PACKAGE_FILES } from '../../../main/ml/card.ts';
import { openModelPackage } from '../../../main/ml/host/model-package.ts';
import { listVersions, readCard } from '../../../main/ml/registry/model-folders.ts';
import { readShippedVoters } from '../../../main/ml/registry/shipped-voters.ts';
import { cardText } from '../../../main/ml/training/card-text.ts';
import { shippedPage } from '../../../main/ml/training/shipped-page.ts';

const MODELS = join(import.meta.dirname, '../../../models');
const shipped = listVersions(MODELS);
const FAMILIES_MIN = 6;

describe('the models that ship', () => {
  it('are of six families and more, and vote where the line-up says so', () => {
    const families = new Set(shipped.map((each) => readCard(each)?.family.name));
    expect(families.size).toBeGreaterThanOrEqual(FAMILIES_MIN);
    expect(families.has(undefined)).toBe(false);
    const names = shipped.map(({ model }) => model);
    for (const voter of readShippedVoters(MODELS, shipped)) expect(names).toContain(voter);
  });

  it.each(shipped)(
    '$model $version is as its card says, on data whose licence allows it',
    async ({ model, version }) => {
      const opened = await openModelPackage(MODELS, model, version, featureSetIdentities());
      if (!opened.ok) throw new Error(opened.error.reason);
      const { card, session } = opened.value;
      await session.release();
      expect(statSync(join(MODELS, model, version, PACKAGE_FILES.model)).size).toBeLessThan(2 ** 20);
      expect(readFileSync(join(MODELS, model, version, PACKAGE_FILES.text), 'utf8')).toBe(cardText(card));
      for (const { licence } of card.sources) expect(licence).toBe('MIT');
      expect(card.audit.leaks).toEqual([]);
      expect(card.edge.verdict === 'none' || card.outOfSample.event!.expectedCalibrationError <= 0.03).toBe(true);
    },
  );

  it('are told in the documentation as their cards have them', async () => {
    const cards = shipped.map((each) => readCard(each)!);
    const page = shippedPage(cards, readShippedVoters(MODELS, shipped));
    await expect(page).toMatchFileSnapshot('../../../docs/shipped-models.md');
  });
});
