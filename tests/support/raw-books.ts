import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import type { RawTrade } from './venue-rest.ts';

/*
 * Books kept by test code from what the venue and the journal's files literally say. Shares no arithmetic and no reader
 * with the product, so that a mistake there cannot hide itself here.
 */

const PLACES = 18;

/** Plain decimal text to whole 10^-18ths, by its digits. */
export function atoms(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(PLACES, '0'));
  return text.startsWith('-') ? -value : value;
}

export function atomsText(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${fraction && `.${fraction}`}`;
}

/** Change of each asset's amount that these fills of `base`/`quote` make, fees taken off. Products are exact here. */
export function movedBy(trades: readonly RawTrade[], base: string, quote: string): Map<string, bigint> {
  const moved = new Map<string, bigint>();
  const add = (asset: string, amount: bigint): void => {
    moved.set(asset, (moved.get(asset) ?? 0n) + amount);
  };
  for (const trade of trades) {
    const product = atoms(trade.price) * atoms(trade.qty);
    if (product % 10n ** BigInt(PLACES) !== 0n) throw new Error(`${trade.price} × ${trade.qty} needs more places`);
    const notional = product / 10n ** BigInt(PLACES);
    add(base, trade.isBuyer ? atoms(trade.qty) : -atoms(trade.qty));
    add(quote, trade.isBuyer ? -notional : notional);
    add(trade.commissionAsset, -atoms(trade.commission));
  }
  return moved;
}

export interface JournalLine {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: EngineEvent;
}

/** Every whole line of one lane of the only account in this data folder, read as text. */
export function journalLines(dataDir: string, lane: 'ledger' | 'market'): JournalLine[] {
  const journal = join(onlyAccount(dataDir), 'journal');
  return readdirSync(journal)
    .filter((name) => name.startsWith(lane))
    .sort()
    .flatMap((name) => readFileSync(join(journal, name), 'utf8').split('\n').slice(1, -1))
    .map((text) => {
      const [seq, timeMs] = text.split(' ', 2);
      return { seq: Number(seq), timeMs: Number(timeMs), event: JSON.parse(text.slice(text.indexOf('{'))) };
    });
}

/** The folder of the account's books. @throws Error unless there is exactly one */
export function onlyAccount(dataDir: string): string {
  const names = readdirSync(join(dataDir, 'accounts'));
  if (names.length !== 1) throw new Error(`${dataDir} has ${names.length} accounts, not one`);
  return join(dataDir, 'accounts', names[0] as string);
}

/** The events of one kind, in order. */
export function eventsOf<K extends EngineEvent['kind']>(
  lines: readonly JournalLine[],
  kind: K,
): Extract<EngineEvent, { kind: K }>[] {
  return lines.flatMap(({ event }) => (event.kind === kind ? [event as Extract<EngineEvent, { kind: K }>] : []));
}
