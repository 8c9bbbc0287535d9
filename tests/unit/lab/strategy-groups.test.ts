/** Strategies that look at several instruments together, on the desk: where their candles come by instrument, each with its past. */
import { describe, expect, it } from 'vitest';
import { readStrategies } from '../../../main/commands/serve-strategies.ts';
import { CandleTape } from '../../../main/engine/decision/candle-tape.ts';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { defineStrategy } from '../../../main/lab/strategy/strategy.ts';
import { createStrategyAgent } from '../../../main/lab/strategy/strategy-agent.ts';
import { agentsFor } from '../../../main/lab/strategy/strategy-agents.ts';

const MINUTE_MS = 60_000;
const GROUP = ['binance:BTC/USDT', 'binance:ETH/USDT'] as const;
const account = { position: () => null, equityQuote: () => 10_000n * 10n ** 18n };
const rowAt = (minute: number): CandleRow => {
  const price = minute + 1;
  return [minute * MINUTE_MS, price, price, price, price, 1];
};

/** An agent whose strategy writes down what it hears, and enters the second when the first has closed at 5. */
function openAgent() {
  const heard: string[] = [];
  let starts = 0;
  const strategy = defineStrategy({
    ...{ name: 'two', title: 'Two', about: '', instruments: 2, params: {} },
    start() {
      starts += 1;
      heard.length = 0;
      return {
        onCandle({ instrument, close }, desk) {
          heard.push(`${instrument}:${close}`);
          if (instrument === 0 && close === 5) desk.of(1).enter('long', { share: 0.1 });
        },
      };
    },
  });
  const agent = createStrategyAgent(strategy, {}, '1m', account, GROUP);
  const tapes = GROUP.map(() => new CandleTape(MINUTE_MS, 600));
  return {
    heard,
    starts: () => starts,
    agent,
    load(at: 0 | 1, rows: readonly CandleRow[]) {
      tapes[at]!.load(rows);
      agent.onCandle(GROUP[at], tapes[at]!);
    },
    close(at: 0 | 1, row: CandleRow) {
      tapes[at]!.put(row);
      agent.onCandle(GROUP[at], tapes[at]!);
    },
  };
}

describe('a strategy of several instruments', () => {
  it('hears their pasts in the order of time, whichever comes first, and what closes then as it closes', () => {
    const { load, close, heard, starts } = openAgent();
    load(1, [rowAt(0), rowAt(1), rowAt(2)]);
    load(0, [rowAt(1), rowAt(2)]);
    expect(heard).toEqual(['1:1', '0:2', '1:2', '0:3', '1:3']);
    const before = starts();
    close(0, rowAt(3));
    close(1, rowAt(3));
    expect(heard.slice(-2)).toEqual(['0:4', '1:4']);
    expect(starts()).toBe(before);
    // A candle that is corrected is none that can be taken back.
    close(0, rowAt(3));
    expect(heard).toEqual(['1:1', '0:2', '1:2', '0:3', '1:3', '0:4', '1:4']);
  });

  it('says of one what it wants at the close of another, and nothing of others than its own', () => {
    const { agent, load, close } = openAgent();
    load(0, [rowAt(2), rowAt(3)]);
    load(1, [rowAt(2), rowAt(3)]);
    close(1, rowAt(4));
    close(0, rowAt(4));
    expect(agent.stirred?.()).toEqual([GROUP[1]]);
    expect(agent.opinion(GROUP[1], 5 * MINUTE_MS).stance).toBe('buy');
    expect(agent.opinion(GROUP[0], 5 * MINUTE_MS).stance).not.toBe('buy');
    expect(agent.opinion('binance:SOL/USDT', 5 * MINUTE_MS)).toMatchObject({ stance: 'abstain' });
  });

  it('is asked for with its instruments, by the names that people use', async () => {
    const read = await readStrategies(['pairs@1m:BTC/USDT+ETH/USDT'], ['bars=20']);
    expect(read).toMatchObject({
      ok: true,
      value: [{ record: { name: 'pairs', timeframe: '1m', instruments: GROUP } }],
    });
    if (!read.ok) return;
    const { strategies } = agentsFor([read.value[0]!.record])(account as never);
    expect(strategies.map(({ id, timeframe }) => [id, timeframe])).toEqual([['pairs', '1m']]);
  });

  it('may look at perpetuals, and one that looks at each alone at those that are named', async () => {
    const perpetuals = ['binance-usdm:BTC/USDT:USDT', 'binance-usdm:ETH/USDT:USDT'] as const;
    const read = await readStrategies(
      ['pairs@1m:BTC/USDT:USDT+ETH/USDT:USDT', 'sma-cross@5m:BTC/USDT:USDT+BTC/USDT'],
      ['pairs.bars=20'],
    );
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value.map(({ record, together }) => [record.name, record.instruments, together])).toEqual([
      ['pairs', perpetuals, 2],
      ['sma-cross', [perpetuals[0], GROUP[0]], 1],
    ]);
    const [pairs, cross] = agentsFor(read.value.map(({ record }) => record))(account as never).strategies;
    expect([pairs?.perpetuals, cross?.perpetuals]).toEqual([perpetuals, [perpetuals[0]]]);
    const note = (id: string): string | undefined => cross?.opinion(id, MINUTE_MS).note;
    expect(note(GROUP[0])).toBe('warming up');
    expect(note(perpetuals[0])).toBe('warming up');
    expect(note(GROUP[1])).toBe('does not look at it');
  });

  it.each([
    ['pairs@5m', /pairs looks at 2 instruments together: name 2, as in pairs@5m:BTC\/USDT\+ETH\/USDT/],
    ['pairs@5m:BTC/USDT', /name 2/],
    ['pairs@5m:BTC/USDT+BTC/USDT', /name 2/],
    ['pairs@5m:BTC/USDT+', /BTC\/USDT:USDT for a perpetual, not $/],
    ['pairs@5m:btcusdt+ETH/USDT', /not btcusdt/],
    ['sma-cross@5m:BTC/USDT+BTC/USDT', /sma-cross: an instrument is named twice/],
    ['pairs@7m:BTC/USDT+ETH/USDT', /there are candles of/],
  ])('%s is refused', async (text, says) => {
    const read = await readStrategies([text], []);
    expect(!read.ok && read.error.message).toMatch(says);
  });
});
