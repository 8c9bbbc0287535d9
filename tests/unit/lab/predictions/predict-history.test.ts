import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { forkMlHost } from '../../../../main/engine/inference/fork-ml-host.ts';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { readModelCards } from '../../../../main/engine/model-cards.ts';
import { predictHistory } from '../../../../main/lab/predictions/predict-history.ts';
import { newestPlacements } from '../../../../main/ml/registry/model-folders.ts';
import { MODELS_DIR } from '../../../../main/product.ts';
import { randomWalkCandles } from '../../../support/candle-columns.ts';

const HOST = fileURLToPath(new URL('../../../../main/ml/host/main.ts', import.meta.url));
const card = readModelCards(MODELS_DIR).find(({ name }) => name === 'reversal-gbt')!;
const placement = newestPlacements(MODELS_DIR).find(({ model }) => model === 'reversal-gbt')!;

function fiveMinutes(bars: number) {
  const { openTimeMs, ...columns } = randomWalkCandles(bars, createRandom(4).next);
  return {
    ...columns,
    volume: openTimeMs.map((_, bar) => 10 + (bar % 7)),
    openTimeMs: openTimeMs.map((_, bar) => bar * 300_000),
  };
}
const ask = (bars: number, over: object = {}) =>
  predictHistory({
    card,
    placement,
    candles: fiveMinutes(bars),
    instrumentId: 'binance:BTC/USDT',
    spawn: () => forkMlHost(HOST),
    ...over,
  });

it('the model is asked about every candle of the past, in the very words of the desk, and says the same again', async () => {
  const [first, again] = [await ask(700), await ask(700)];
  if (!first.ok || !again.ok) throw new Error('the model was not asked');
  const { answers, probabilities } = first.value;
  const known = Array.from(probabilities.keys()).filter((bar) => !Number.isNaN(probabilities[bar]));
  expect(known.length).toBeGreaterThan(500);
  expect(known).toEqual(Array.from(known.keys(), (at) => at + known[0]!));
  expect(answers).toHaveLength(known.length);
  for (const [at, bar] of known.entries()) {
    const { probability, candleCloseTimeMs, model, modelHash, late, edge } = answers[at]!;
    expect([probability, candleCloseTimeMs]).toEqual([probabilities[bar], (bar + 1) * 300_000]);
    expect([model, modelHash, late, edge]).toEqual(['reversal-gbt', card.modelSha256, false, 'none']);
  }
  expect(new Set(probabilities).size).toBeGreaterThan(20);
  expect(again.value).toEqual(first.value);
});

it('what it says of a candle does not depend on what comes later', async () => {
  const [short, long] = [await ask(300), await ask(400)];
  if (!short.ok || !long.ok) throw new Error('the model was not asked');
  expect(long.value.probabilities.subarray(0, 300)).toEqual(short.value.probabilities);
});

it.each([
  ['too few candles', 10, {}, 'candles before it can be asked'],
  ['other candles', 300, { candles: randomWalkCandles(300, createRandom(1).next) }, 'answers candles of 5m'],
  ['features that nobody computes', 300, { card: { ...card, featureSet: { ...card.featureSet, name: 'v9' } } }, 'v9'],
  [
    'closes of another instrument that are not there',
    300,
    { card: { ...card, featureSet: { ...card.featureSet, name: 'v2-reference' } } },
    'looks at binance:ETH/USDT too: its candles have to be among those of the run',
  ],
  [
    'prints, which no candle has',
    300,
    { card: { ...card, featureSet: { ...card.featureSet, name: 'v2' } } },
    'looks at prints and funding, which candles do not tell',
  ],
  ['a host that does not start', 300, { spawn: () => forkMlHost('/nowhere/at/all.ts') }, 'the ml-host ended'],
])('says in a sentence why it was not asked: %s', async (_, bars, over, words) => {
  const given =
    bars === 300 && 'candles' in over
      ? { candles: { ...over.candles, openTimeMs: over.candles.openTimeMs.map((_t, bar) => bar * 60_000) } }
      : over;
  const said = await ask(bars, given);
  expect(said.ok ? '' : said.error.message).toContain(words);
});
