export {
  candleFormatOf,
  encodeCsv,
  readCandleFile,
  readFileBytes,
  sliceWindow,
  writeCandleFile,
} from './candle-file.ts';
export type { CandleFileError } from './candle-file-error.ts';
export { eachFault } from './candle-rules.ts';
export { checkCandles } from './check-candles.ts';
export { runCandlesCheck, runCandlesExport } from './commands.ts';
