import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardSchema, type ModelCard } from '../ml/card.ts';
import type { ModelProfile } from './decision/model-agent.ts';

/**
 * The cards of the newest version of every model; what cannot be read is left out here, for the ml-host refuses it with
 * the reason.
 */
export function readModelCards(modelsDir: string): readonly ModelCard[] {
  const cards: ModelCard[] = [];
  for (const name of foldersIn(modelsDir)) {
    const newest = foldersIn(join(modelsDir, name)).sort(compareVersions).at(-1);
    const path = join(modelsDir, name, newest ?? '', 'card.json');
    if (newest === undefined || !existsSync(path)) continue;
    try {
      cards.push(cardSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
    } catch {
      // Refused, with the reason, where the model is loaded.
    }
  }
  return cards;
}

/** What the decision needs to know of a model, as its card states it. */
export function profileOf(card: ModelCard): ModelProfile {
  return {
    model: card.name,
    label: `${card.title} ${card.version}`,
    timeframe: card.timeframe,
    probabilityMin: card.outOfSample.rule.probabilityMin,
    barrierAtr: card.label.barrierAtr,
    atrBars: card.label.atrBars,
  };
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let part = 0; part < 3; part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
