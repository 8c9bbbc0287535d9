import { ROW, type RowKind } from '../tick-feed.ts';
import { type FeedRow, FeedSourceError, microseconds, numberIn } from './feed-row.ts';

/** How a vendor lays out its columns, and what a row of them says. */
export interface TableLayout {
  readonly name: string;
  /** Whether its rows say when they were received; else they are taken to arrive a stated while after the exchange's time. */
  readonly hasLocalTime: boolean;
  /** Turns one row into rows of the feed; called in the order of the file. @throws FeedSourceError */
  read(cells: readonly string[], at: { file: string; row: number; delayUs: number }): readonly FeedRow[];
}

type Place = { readonly file: string; readonly row: number; readonly delayUs: number };

/** Reads fields by name. */
class Fields {
  readonly #at: Map<string, number>;

  constructor(names: readonly string[]) {
    this.#at = new Map(names.map((name, index) => [name, index]));
  }

  text(cells: readonly string[], name: string, { file, row }: Place): string {
    const cell = cells[this.#at.get(name)!];
    if (cell === undefined)
      throw new FeedSourceError(`${file} row ${row}, field ${name}: the row has only ${cells.length} fields`);
    return cell;
  }

  number(cells: readonly string[], name: string, place: Place): number {
    return numberIn(this.text(cells, name, place), place.file, place.row, name);
  }

  /** One of the words given. */
  word<T>(cells: readonly string[], name: string, place: Place, words: ReadonlyMap<string, T>): T {
    const text = this.text(cells, name, place);
    const value = words.get(text.toLowerCase());
    if (value === undefined) {
      const known = [...words.keys()].join(', ');
      throw new FeedSourceError(`${place.file} row ${place.row}, field ${name}: “${text}” is none of ${known}`);
    }
    return value;
  }
}

const BOOK_SIDES = new Map<string, RowKind>([
  ['bid', ROW.bid],
  ['ask', ROW.ask],
  ['b', ROW.bid],
  ['a', ROW.ask],
]);
const TAKER_SIDES = new Map<string, RowKind>([
  ['buy', ROW.buy],
  ['sell', ROW.sell],
  ['unknown', ROW.trade],
  ['', ROW.trade],
]);
/** Binance names the maker: a buyer who waited was sold to. */
const BUYER_WAITED = new Map<string, RowKind>([
  ['true', ROW.sell],
  ['false', ROW.buy],
]);
const FLAGS = new Map([
  ['true', true],
  ['false', false],
]);
const UPDATE_TYPES = new Map([
  ['snap', true],
  ['set', false],
]);

/** The first row of a snapshot goes after a row that empties the book. */
class Snapshots {
  #inside = false;

  before(isSnapshot: boolean, row: FeedRow): readonly FeedRow[] {
    const begins = isSnapshot && !this.#inside;
    this.#inside = isSnapshot;
    return begins ? [{ ...row, kind: ROW.clear, price: 0, qty: 0 }, row] : [row];
  }
}

function tardisBook(names: readonly string[]): TableLayout {
  const fields = new Fields(names);
  const snapshots = new Snapshots();
  return {
    name: 'Tardis incremental_book_L2',
    hasLocalTime: true,
    read: (cells, place) =>
      snapshots.before(fields.word(cells, 'is_snapshot', place, FLAGS), {
        kind: fields.word(cells, 'side', place, BOOK_SIDES),
        exchangeUs: fields.number(cells, 'timestamp', place),
        localUs: fields.number(cells, 'local_timestamp', place),
        price: fields.number(cells, 'price', place),
        qty: fields.number(cells, 'amount', place),
      }),
  };
}

function tardisTrades(names: readonly string[]): TableLayout {
  const fields = new Fields(names);
  return {
    name: 'Tardis trades',
    hasLocalTime: true,
    read: (cells, place) => [
      {
        kind: fields.word(cells, 'side', place, TAKER_SIDES),
        exchangeUs: fields.number(cells, 'timestamp', place),
        localUs: fields.number(cells, 'local_timestamp', place),
        price: fields.number(cells, 'price', place),
        qty: fields.number(cells, 'amount', place),
      },
    ],
  };
}

function binanceTrades(title: string, names: readonly string[], time: string, qty: string, maker: string): TableLayout {
  const fields = new Fields(names);
  return {
    name: title,
    hasLocalTime: false,
    read(cells, place) {
      const exchangeUs = microseconds(fields.number(cells, time, place));
      return [
        {
          kind: fields.word(cells, maker, place, BUYER_WAITED),
          exchangeUs,
          localUs: exchangeUs + place.delayUs,
          price: fields.number(cells, 'price', place),
          qty: fields.number(cells, qty, place),
        },
      ];
    },
  };
}

function binanceDepth(names: readonly string[]): TableLayout {
  const fields = new Fields(names);
  const snapshots = new Snapshots();
  return {
    name: 'Binance T_DEPTH',
    hasLocalTime: false,
    read(cells, place) {
      const exchangeUs = microseconds(fields.number(cells, 'timestamp', place));
      return snapshots.before(fields.word(cells, 'update_type', place, UPDATE_TYPES), {
        kind: fields.word(cells, 'side', place, BOOK_SIDES),
        exchangeUs,
        localUs: exchangeUs + place.delayUs,
        price: fields.number(cells, 'price', place),
        qty: fields.number(cells, 'qty', place),
      });
    },
  };
}

const RECORDED = new Map<string, RowKind>([
  ['clear', ROW.clear],
  ['bid', ROW.bid],
  ['ask', ROW.ask],
  ['buy', ROW.buy],
  ['sell', ROW.sell],
]);

/** Parts of a recording that the terminal made: book and prints in one file. */
function ownRecording(names: readonly string[]): TableLayout {
  const fields = new Fields(names);
  return {
    name: 'our own recording',
    hasLocalTime: true,
    read: (cells, place) => [
      {
        kind: fields.word(cells, 'kind', place, RECORDED),
        exchangeUs: fields.number(cells, 'exchange_time_us', place),
        localUs: fields.number(cells, 'local_time_us', place),
        price: fields.number(cells, 'price', place),
        qty: fields.number(cells, 'quantity', place),
      },
    ],
  };
}

const SPOT_TRADES = ['id', 'price', 'qty', 'quote_qty', 'time', 'is_buyer_maker', 'is_best_match'];
const AGG_TRADES = [
  'agg_trade_id',
  'price',
  'quantity',
  'first_trade_id',
  'last_trade_id',
  'transact_time',
  'is_buyer_maker',
  'was_best_price',
];
const isFlag = (cell: string | undefined): boolean => /^(true|false)$/i.test(cell ?? '');

/** Files without a header, told apart by their number of columns and where the flags stand. */
function headerless(cells: readonly string[]): readonly string[] | null {
  if (!cells.every((cell) => isFlag(cell) || Number.isFinite(Number(cell)))) return null;
  if ((cells.length === 6 || cells.length === 7) && isFlag(cells[5])) return SPOT_TRADES.slice(0, cells.length);
  if ((cells.length === 7 || cells.length === 8) && isFlag(cells[6])) return AGG_TRADES.slice(0, cells.length);
  return null;
}

/**
 * The layout whose columns these are, and whether the row given was a header.
 * @returns null where nobody known lays out a file so
 */
export function layoutOf(firstRow: readonly string[]): { layout: TableLayout; hasHeader: boolean } | null {
  const bare = headerless(firstRow);
  const names =
    bare ??
    firstRow.map((name) =>
      name
        .trim()
        .replace(/^\uFEFF/, '')
        .toLowerCase(),
    );
  const has = (...wanted: readonly string[]): boolean => wanted.every((name) => names.includes(name));
  const found = (layout: TableLayout) => ({ layout, hasHeader: bare === null });
  if (has('kind', 'exchange_time_us', 'local_time_us', 'price', 'quantity')) return found(ownRecording(names));
  if (has('timestamp', 'local_timestamp', 'is_snapshot', 'side', 'price', 'amount')) return found(tardisBook(names));
  if (has('timestamp', 'local_timestamp', 'side', 'price', 'amount')) return found(tardisTrades(names));
  if (has('timestamp', 'side', 'update_type', 'price', 'qty')) return found(binanceDepth(names));
  if (has('price', 'qty', 'time', 'is_buyer_maker'))
    return found(binanceTrades('Binance trades', names, 'time', 'qty', 'is_buyer_maker'));
  if (has('price', 'quantity', 'transact_time', 'is_buyer_maker'))
    return found(binanceTrades('Binance aggTrades', names, 'transact_time', 'quantity', 'is_buyer_maker'));
  return null;
}
