import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCandles } from '../../../main/candle-files/index.ts';
import { createGeneratedSource } from '../../../main/practice/market/index.ts';
import { columnsOf, joinCandles } from '../../support/candle-folder.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const NOW = Date.UTC(2026, 4, 13, 14, 30);
const source = createGeneratedSource({ seed: 7 });
const symbols = source.instruments.map(({ symbol }) => symbol);

describe('generated market', () => {
  it('has at least twelve instruments and says what it is', () => {
    expect(symbols.length).toBeGreaterThanOrEqual(12);
    expect([source.kind, source.description]).toEqual(['generated', 'generated, seed 7']);
    expect(source.instruments[0]).toEqual({
      symbol: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      tickSize: '0.01',
      lotStep: '0.00001',
      minQty: '0.00001',
      maxQty: '9000',
      minNotional: '5',
    });
  });

  it('gives candles that pass the check of candle files, across midnights and in 1970', () => {
    for (const fromMs of [NOW - 2 * DAY_MS, 0, Date.UTC(1969, 11, 30)]) {
      for (const symbol of symbols) {
        const candles = source.candles(symbol, fromMs, fromMs + 2 * DAY_MS);
        expect(candles.length).toBe(2_880);
        const shifted =
          fromMs < 0
            ? candles.map((candle) => ({ ...candle, openTimeMs: candle.openTimeMs + 1_000 * DAY_MS }))
            : candles;
        const report = checkCandles({ columns: columnsOf(shifted), rows: shifted.map((_, i) => i + 1) }, symbol);
        expect(report.errors.filter(({ message }) => !message.includes('looks like seconds'))).toEqual([]);
        expect(report.missingTotal).toBe(0);
      }
    }
  });

  it('opens within a tick of the last close', () => {
    const candles = source.candles('BTCUSDT', NOW - 3 * DAY_MS, NOW);
    for (let i = 1; i < candles.length; i++) {
      const apart = Math.abs((candles[i]?.open as number) - (candles[i - 1]?.close as number));
      expect(apart).toBeLessThan(0.0101);
    }
  });

  it('prints a tape that adds up to each candle exactly', () => {
    for (const symbol of symbols) {
      const lotDecimals = source.instruments.find((one) => one.symbol === symbol)?.lotStep.split('.')[1]?.length ?? 0;
      for (let openTimeMs = NOW; openTimeMs < NOW + 5 * MINUTE_MS; openTimeMs += MINUTE_MS) {
        const candle = source.candle(symbol, openTimeMs);
        const tape = source.tape(symbol, openTimeMs, openTimeMs + MINUTE_MS);
        const prints = tape.map(({ price, qty, timeMs }) => {
          const value = Number(price);
          return { openTimeMs: timeMs, open: value, high: value, low: value, close: value, volume: Number(qty) };
        });
        const { open, high, low, close } = candle;
        expect(joinCandles(prints, lotDecimals)).toEqual({
          open,
          high,
          low,
          close,
          lots: Math.round(candle.volume * 10 ** lotDecimals),
        });
        expect(tape.length).toBeGreaterThanOrEqual(4);
        expect(tape.length).toBeLessThanOrEqual(160);
      }
    }
  });

  it('gives any part of the tape as a cut of the whole, and the last print as reference price', () => {
    const whole = source.tape('ETHUSDT', NOW, NOW + 3 * MINUTE_MS);
    const at = whole[20]?.timeMs as number;
    expect(source.tape('ETHUSDT', NOW + 1_234, at)).toEqual(
      whole.filter(({ timeMs }) => timeMs >= NOW + 1_234 && timeMs < at),
    );
    expect(source.referencePrice('ETHUSDT', at)).toBe(whole.findLast(({ timeMs }) => timeMs <= at)?.price);
    const beforeFirst = (whole[0]?.timeMs as number) - 1;
    expect(Number(source.referencePrice('ETHUSDT', beforeFirst))).toBe(source.candle('ETHUSDT', NOW - MINUTE_MS).close);
  });

  it('is the same whatever was asked before, and in another process', () => {
    const again = createGeneratedSource({ seed: 7 });
    again.candle('SOLUSDT', NOW + 400 * DAY_MS);
    again.tape('SOLUSDT', NOW - DAY_MS, NOW - DAY_MS + MINUTE_MS);
    const expected = {
      candles: source.candles('SOLUSDT', NOW, NOW + 3 * MINUTE_MS),
      tape: source.tape('SOLUSDT', NOW, NOW + MINUTE_MS),
    };
    expect({
      candles: again.candles('SOLUSDT', NOW, NOW + 3 * MINUTE_MS),
      tape: again.tape('SOLUSDT', NOW, NOW + MINUTE_MS),
    }).toEqual(expected);
    const module = join(import.meta.dirname, '../../../main/practice/market/index.ts');
    const program = `import { createGeneratedSource } from ${JSON.stringify(module)}; const s = createGeneratedSource({ seed: 7 });
      console.log(JSON.stringify({ candles: s.candles('SOLUSDT', ${NOW}, ${NOW + 3 * MINUTE_MS}), tape: s.tape('SOLUSDT', ${NOW}, ${NOW + MINUTE_MS}) }));`;
    expect(
      JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })),
    ).toEqual(expected);
  });

  it('differs by seed, also where seeds are close', () => {
    const returns = (seed: number): number[] => {
      const candles = createGeneratedSource({ seed }).candles('BTCUSDT', NOW - DAY_MS, NOW);
      return candles.slice(1).map(({ close }, i) => Math.sign(close - (candles[i]?.close as number)));
    };
    const [a, b] = [returns(7), returns(8)] as [number[], number[]];
    expect(Math.abs(a.reduce((sum, value, i) => sum + value * (b[i] as number), 0) / a.length)).toBeLessThan(0.1);
  });

  it('keeps prices positive and bounded over seventy years', () => {
    for (const symbol of symbols) {
      const level = source.candle(symbol, NOW).close;
      for (let year = 1990; year < 2060; year += 5) {
        const { low, high } = source.candle(symbol, Date.UTC(year, 3, 9));
        expect(low).toBeGreaterThan(level / 30);
        expect(high).toBeLessThan(level * 30);
      }
    }
  });

  it('has minutes of far more volume than usual where the price moves', () => {
    const candles = source.candles('BTCUSDT', NOW - 7 * DAY_MS, NOW);
    const volumes = candles.map(({ volume }) => volume).sort((a, b) => a - b);
    expect(volumes[Math.floor(volumes.length * 0.99)] as number).toBeGreaterThan(
      4 * (volumes[volumes.length >> 1] as number),
    );
    const busiest = [...candles].sort((a, b) => b.volume - a.volume).slice(0, 100);
    const meanMove = (of: typeof candles): number =>
      of.reduce((sum, { open, close }) => sum + Math.abs(Math.log(close / open)), 0) / of.length;
    expect(meanMove(busiest)).toBeGreaterThan(3 * meanMove(candles));
  });

  it('keeps a wider and thinner book after a minute that ran than after a quiet one', () => {
    const candles = source.candles('BTCUSDT', NOW - DAY_MS, NOW);
    const byRange = [...candles].sort((a, b) => (a.high - a.low) / a.close - (b.high - b.low) / b.close);
    const bookAfter = (candle: (typeof candles)[number] | undefined) =>
      source.bookShape('BTCUSDT', (candle?.openTimeMs ?? 0) + MINUTE_MS);
    const [quiet, usual, wild] = [
      bookAfter(byRange[0]),
      bookAfter(byRange[byRange.length >> 1]),
      bookAfter(byRange.at(-1)),
    ];
    expect(usual.spreadTicks).toBe(1);
    expect(wild.spreadTicks).toBeGreaterThan(1);
    expect(wild.depthWithin10BpsBase).toBeLessThan(usual.depthWithin10BpsBase);
    expect(quiet.depthWithin10BpsBase).toBeGreaterThan(usual.depthWithin10BpsBase);
  });

  it('plays the same market from another first day, with the seasons of the calendar', () => {
    const shift = 14 * DAY_MS;
    const moved = createGeneratedSource({ seed: 7, epochMs: shift });
    const expected = source
      .candles('ADAUSDT', NOW, NOW + 5 * MINUTE_MS)
      .map(({ openTimeMs, ...rest }) => ({ openTimeMs: openTimeMs + shift, ...rest }));
    expect(moved.candles('ADAUSDT', NOW + shift, NOW + shift + 5 * MINUTE_MS)).toEqual(expected);
  });

  it('refuses an unknown symbol and a time between minutes', () => {
    expect(() => source.candle('NOSUCH', NOW)).toThrow('no instrument NOSUCH');
    expect(() => source.candle('BTCUSDT', NOW + 1)).toThrow('not the open of a minute');
  });
});
