/** What a strategy file may import: `import { defineStrategy, Sma, whole } from 'countersign';`. */
export { Ema, Sma } from '../../engine/features/indicators/moving-averages.ts';
export { Macd, Rsi } from '../../engine/features/indicators/oscillators.ts';
export { Atr, Bollinger, Donchian, StdDev } from '../../engine/features/indicators/volatility.ts';
export { real, whole } from './parameters.ts';
export { defineStrategy } from './strategy.ts';
