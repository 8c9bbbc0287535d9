import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { forkMlHost } from '../engine/inference/fork-ml-host.ts';
import { readModelCards } from '../engine/model-cards.ts';
import type { Market } from '../lab/backtest/settings.ts';
import { predictHistory } from '../lab/predictions/predict-history.ts';
import { newestPlacements } from '../ml/registry/model-folders.ts';
import { MODELS_DIR, siblingModule } from '../product.ts';

interface Fault {
  readonly kind: string;
  readonly message: string;
}

/** Asks a model that ships about every candle of each market; one sentence where it cannot be asked. */
export async function askModel(
  name: string,
  markets: readonly Market[],
  names: readonly string[],
): Promise<Result<readonly Market[], Fault>> {
  const no = (message: string) => fail({ kind: 'bad-model', message });
  const cards = readModelCards(MODELS_DIR);
  const card = cards.find((each) => each.name === name);
  const placement = newestPlacements(MODELS_DIR).find(({ model }) => model === name);
  if (!card || !placement)
    return no(`there is no model ${name}: there is ${cards.map((each) => each.name).join(', ') || 'none'}`);
  const entry = fileURLToPath(siblingModule(import.meta.url, '../ml/host/main'));
  const asked: Market[] = [];
  for (const [at, market] of markets.entries()) {
    if (market.predictions) return no('--model and --predictions both say what a model said: give one of them');
    const said = await predictHistory({
      card,
      placement,
      candles: market.candles,
      instrumentId: names[at] ?? `market ${at + 1}`,
      spawn: () => forkMlHost(entry),
      tell: (done, total) => process.stderr.write(`asking ${name}: ${done} of ${total} candles\n`),
    });
    if (!said.ok) return said;
    const predictedBy = `${card.name} ${card.version} ${card.modelSha256}`;
    asked.push({ ...market, predictions: said.value.probabilities, predictedBy });
  }
  return ok(asked);
}
