export { createGeneratedSource } from './generated.ts';
export { loadRecordedSource, type RecordedOptions } from './recorded.ts';
export type { MarketSource } from './source.ts';
