import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { forkMlHost } from '../../engine/inference/fork-ml-host.ts';
import type { ModelCard } from '../../ml/card.ts';
import {
  listVersions,
  type ModelVersion,
  newestOfEach,
  placementOf,
  readCard,
} from '../../ml/registry/model-folders.ts';
import type { Market } from '../backtest/settings.ts';
import { predictHistory } from './predict-history.ts';

/** Models that can be asked about the past. */
export interface ModelShelf {
  /** Folders of models; of one that lies in several the last. */
  readonly modelsDirs: readonly string[];
  /** Entry of the process that answers: the one that trades is not kept busy. */
  readonly mlHost: string;
}

interface NotAsked {
  readonly kind: 'bad-model' | 'no-history';
  /** One sentence. */
  readonly message: string;
}

interface Shelved {
  readonly card: ModelCard;
  readonly version: ModelVersion;
}

/** The newest version of every model with a card that can be read, by name. */
export const shelvedModels = ({ modelsDirs }: Pick<ModelShelf, 'modelsDirs'>): readonly Shelved[] =>
  newestOfEach(modelsDirs.flatMap(listVersions)).flatMap((version) => {
    const card = readCard(version);
    return card ? [{ card, version }] : [];
  });

/**
 * Asks a model about every candle of each market; one sentence where it cannot be asked.
 * @param names of the markets, in their order
 * @param tell how many candles of all markets it has answered
 */
export async function askModel(
  name: string,
  markets: readonly Market[],
  names: readonly string[],
  shelf: ModelShelf,
  tell: (done: number, total: number) => void,
): Promise<Result<readonly Market[], NotAsked>> {
  const no = (message: string) => fail({ kind: 'bad-model' as const, message });
  const models = shelvedModels(shelf);
  const found = models.find(({ card }) => card.name === name);
  if (!found)
    return no(`there is no model ${name}: there is ${models.map(({ card }) => card.name).join(', ') || 'none'}`);
  const { card } = found;
  const placement = placementOf(found.version);
  const total = markets.reduce((sum, { candles }) => sum + candles.close.length, 0);
  let before = 0;
  const asked: Market[] = [];
  for (const [at, market] of markets.entries()) {
    if (market.predictions) return no('--model and --predictions both say what a model said: give one of them');
    tell(before, total);
    const said = await predictHistory({
      card,
      placement,
      candles: market.candles,
      instrumentId: names[at] ?? `market ${at + 1}`,
      candlesOf: (instrumentId) => markets[names.indexOf(instrumentId)]?.candles,
      spawn: () => forkMlHost(shelf.mlHost),
      tell: (done) => tell(before + done, total),
    });
    if (!said.ok) return said;
    before += market.candles.close.length;
    const { training, tested, protocol } = card.spans;
    // Where folds tested it, the model itself learnt from all of them.
    const learntToMs = protocol === 'held-out' ? training.toMs : Math.max(training.toMs, tested.toMs);
    const predictedBy = { model: card.name, version: card.version, sha256: card.modelSha256, learntToMs };
    asked.push({ ...market, predictions: said.value.probabilities, predictedBy });
  }
  return ok(asked);
}
