/** The book as a ladder: bid sizes left, prices in the middle, ask sizes right, own orders marked on their side. */
import { useEffect, useMemo, useRef } from 'react';
import type { Order } from '../../preload/contract.ts';
import { addDecimals, compareDecimals, placesOfStep } from '../format/decimal.ts';
import { showDecimal, showSignedPercent } from '../format/number.ts';
import { instrumentOf, useDesk } from '../stores/desk-store.ts';
import { marketHub } from '../stores/market-hub.ts';
import { useView } from '../stores/view-store.ts';
import { isWorking, orderEnds } from './order-words.ts';
import { type OwnLine, placeOwn } from './own-in-book.ts';
import { Panel } from './Panel.tsx';
import { StatusMark } from './StatusMark.tsx';
import { useFeedStatus, useHeight, useMarketFigures } from './use-market.ts';
import { setText } from './write-cell.ts';

const ROW_PX = 18;
const MIDDLE_PX = 30;
const NO_ORDERS: readonly Order[] = [];

interface LadderRow {
  readonly root: HTMLElement;
  readonly own: HTMLElement;
  readonly price: HTMLElement;
  readonly size: HTMLElement;
  readonly bar: HTMLElement;
}

export function BookLadder() {
  const instrumentId = useView((view) => view.instrumentId);
  const status = useFeedStatus(instrumentId);
  const orders = useDesk((desk) => desk.orders, NO_ORDERS);
  const [box, height] = useHeight<HTMLDivElement>();
  const middle = useRef<HTMLSpanElement>(null);
  const spread = useRef<HTMLSpanElement>(null);
  const asks = useRef<LadderRow[]>([]);
  const bids = useRef<LadderRow[]>([]);
  const depth = Math.max(1, Math.floor((height - MIDDLE_PX) / 2 / ROW_PX));
  const own = useMemo(() => ownLines(orders, instrumentId), [orders, instrumentId]);
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  // Whatever does not make a whole row more is shared out among the rows there are.
  const rowPx = height > MIDDLE_PX ? Math.floor(((height - MIDDLE_PX) / 2 / depth) * 4) / 4 : ROW_PX;
  const instrument = instrumentId ? instrumentOf(instrumentId) : undefined;

  function write(): void {
    const book = marketHub.book();
    if (!instrument || !book) return;
    const places = { price: placesOfStep(instrument.tickSize), size: placesOfStep(instrument.lotStep) };
    const shownAsks = book.asks.slice(0, depth);
    const shownBids = book.bids.slice(0, depth);
    const most = Math.max(1e-12, ...[...shownAsks, ...shownBids].map(([, size]) => Number(size)));
    const marks = placeOwn(own, shownBids, shownAsks);
    for (const [at, row] of asks.current.entries())
      writeLevel(row, shownAsks[depth - 1 - at], most, places, marks.asks.get(depth - 1 - at));
    for (const [at, row] of bids.current.entries()) writeLevel(row, shownBids[at], most, places, marks.bids.get(at));
    writeEdge(above.current, marks.above, shownAsks[0]?.[0]);
    writeEdge(below.current, marks.below, shownBids[0]?.[0]);
    const [bid] = book.bids[0] ?? [];
    const [ask] = book.asks[0] ?? [];
    if (middle.current) {
      const last = instrumentId ? marketHub.row(instrumentId)?.last : null;
      setText(middle.current, showDecimal(last ?? bid ?? null, places.price));
    }
    if (spread.current) setText(spread.current, bid && ask ? `spread ${spreadOf(bid, ask, places.price)}` : '');
  }

  useMarketFigures((paint) => paint.book !== null, write);
  // A resize or a new own order must show without waiting for the next frame.
  useEffect(write);

  return (
    <Panel id="book" scrolls={false}>
      <div
        ref={box}
        className={`ladder relative min-h-0 flex-1 overflow-hidden ${status === 'live' ? '' : 'dimmed'}`}
        style={{ '--ladder-row': `${rowPx}px` } as React.CSSProperties}
      >
        <div ref={above} className="ladder-edge left-0.5 top-0.5" />
        <div ref={below} className="ladder-edge bottom-0.5 right-0.5 text-right" />
        <Rows key={`asks-${depth}-${instrumentId}`} side="ask" count={depth} rows={asks} />
        <div className="flex items-center justify-center gap-2 border-y border-line" style={{ height: MIDDLE_PX }}>
          <span ref={middle} className="text-[13px] font-semibold" />
          {status === 'live' ? null : <StatusMark status={status} />}
          <span
            ref={spread}
            className={`whitespace-nowrap text-[10px] text-text3 ${status === 'live' ? '' : 'hidden'}`}
          />
        </div>
        <Rows key={`bids-${depth}-${instrumentId}`} side="bid" count={depth} rows={bids} />
      </div>
    </Panel>
  );
}

function Rows(props: { side: 'ask' | 'bid'; count: number; rows: React.RefObject<LadderRow[]> }) {
  const box = useRef<HTMLDivElement>(null);
  const { rows, side, count } = props;
  useEffect(() => {
    rows.current = [...(box.current?.children ?? [])].map((child) => {
      const part = (name: string): HTMLElement => child.querySelector(`[data-part=${name}]`) as HTMLElement;
      return {
        root: child as HTMLElement,
        own: part('own'),
        price: part('price'),
        size: part('size'),
        bar: part('bar'),
      };
    });
  }, [rows]);
  const indices = Array.from({ length: count }, (_, index) => index);
  const size = <span data-part="size" className={side === 'ask' ? 'text-right' : 'text-left'} />;
  const own = (
    <span data-part="own" className={`text-[10px] text-info ${side === 'ask' ? 'text-left' : 'text-right'}`} />
  );
  return (
    <div ref={box}>
      {indices.map((index) => (
        <div key={index} className="ladder-row" data-side={side}>
          <div data-part="bar" className="ladder-bar" />
          {side === 'ask' ? own : size}
          <span data-part="price" className={side === 'ask' ? 'text-down' : 'text-up'} />
          {side === 'ask' ? size : own}
        </div>
      ))}
    </div>
  );
}

function writeLevel(
  row: LadderRow,
  level: readonly [string, string] | undefined,
  most: number,
  places: { price: number; size: number },
  own: string | undefined,
): void {
  const [price, size] = level ?? [];
  setText(row.price, price === undefined ? '' : showDecimal(price, places.price));
  setText(row.size, size === undefined ? '' : showDecimal(size, places.size));
  setText(row.own, own ?? '');
  row.bar.style.transform = `scaleX(${size === undefined ? 0 : Math.min(1, Number(size) / most).toFixed(3)})`;
}

/** An own order beyond the rows, by its distance from the best price. */
function writeEdge(box: HTMLElement | null, own: OwnLine | null, best: string | undefined): void {
  if (!box) return;
  setText(box, own && best ? `${own.text} ${showSignedPercent(Number(own.price) / Number(best) - 1, 1)}` : '');
}

/** Own working orders: the quantity left, or the word for a stop or target. */
function ownLines(orders: readonly Order[], instrumentId: string | null): readonly OwnLine[] {
  return orders.flatMap((order) => {
    if (order.instrumentId !== instrumentId || !isWorking(order)) return [];
    const left = addDecimals([order.qtyBase, `-${order.filledBase}`]);
    return orderEnds(order).map(({ price, name }) => ({ price, text: order.triggerPrice ? name : showDecimal(left) }));
  });
}

function spreadOf(bid: string, ask: string, places: number): string {
  if (compareDecimals(ask, bid) < 0) return 'crossed';
  return showDecimal(addDecimals([ask, `-${bid}`]), places);
}
