// biome-ignore-all lint/a11y/useSemanticElements: virtual rows cannot be table rows; words, not round buttons
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and cells are read, not operated
/** Our orders with their states, and what was filled. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { Fill, Order } from '../../preload/contract.ts';
import { placesOfStep } from '../format/decimal.ts';
import { showCount, showDecimal } from '../format/number.ts';
import { showClock, showMoment } from '../format/time.ts';
import { cancelOrder, orToast } from '../stores/actions.ts';
import { instrumentOf, useDesk } from '../stores/desk-store.ts';
import { setView, useView, type ViewState } from '../stores/view-store.ts';
import { type Column, DataTable } from './DataTable.tsx';
import { isWorking, ORDER_STATES } from './order-words.ts';
import { Empty, Panel } from './Panel.tsx';

const NO_ORDERS: readonly Order[] = [];
const NO_FILLS: readonly Fill[] = [];
const FILL_ROW_PX = 24;
const FILL_GRID =
  'grid grid-cols-[136px_92px_64px_104px_104px_148px_64px_minmax(96px,1fr)] items-center gap-2 whitespace-nowrap px-2.5';

const pricesOf = (instrumentId: string): number => placesOfStep(instrumentOf(instrumentId)?.tickSize ?? '0.01');

function Side({ side }: { side: 'buy' | 'sell' }) {
  return <span className={side === 'buy' ? 'text-up' : 'text-down'}>{side === 'buy' ? '▲ buy' : '▼ sell'}</span>;
}

function OrderPrice({ order }: { order: Order }) {
  const places = pricesOf(order.instrumentId);
  if (order.triggerPrice !== null && order.limitPrice !== null) {
    return (
      <span>
        {showDecimal(order.triggerPrice, places)} / {showDecimal(order.limitPrice, places)}
      </span>
    );
  }
  if (order.triggerPrice !== null) return <span>at {showDecimal(order.triggerPrice, places)}</span>;
  if (order.limitPrice === null) return <span>market</span>;
  const bound = order.type !== 'market' ? '' : order.side === 'buy' ? '≤ ' : '≥ ';
  return (
    <span>
      {bound}
      {showDecimal(order.limitPrice, places)}
    </span>
  );
}

function StateChip({ order }: { order: Order }) {
  const state = ORDER_STATES[order.state];
  return (
    <span className="chip" data-tone={state.tone}>
      {order.cancelRequested && isWorking(order) ? 'cancelling' : state.word}
    </span>
  );
}

function CancelButton({ order }: { order: Order }) {
  if (!isWorking(order)) return null;
  return (
    <button
      type="button"
      className="button button-quiet"
      disabled={order.cancelRequested}
      aria-label={`Cancel ${order.side} ${order.symbol} order`}
      onClick={() => void orToast(cancelOrder(order.clientOrderId))}
    >
      Cancel
    </button>
  );
}

const COLUMNS: readonly Column<Order>[] = [
  {
    id: 'time',
    title: 'Time',
    align: 'left',
    sortBy: (row) => row.createdAtMs,
    cell: (row) => showClock(row.createdAtMs),
  },
  {
    id: 'instrument',
    title: 'Instrument',
    align: 'left',
    sortBy: (row) => row.symbol,
    cell: (row) => <b className="font-medium">{row.symbol}</b>,
  },
  { id: 'side', title: 'Side', align: 'left', cell: (row) => <Side side={row.side} /> },
  {
    id: 'purpose',
    title: 'For',
    align: 'left',
    sortBy: (row) => row.purpose,
    cell: (row) => <span className="text-text2">{row.purpose}</span>,
  },
  {
    id: 'type',
    title: 'Type',
    align: 'left',
    cell: (row) => (
      <span className="text-text2">{row.restsFor && isWorking(row) ? `rests for ${row.restsFor}` : row.type}</span>
    ),
  },
  { id: 'price', title: 'Price', cell: (row) => <OrderPrice order={row} /> },
  { id: 'qty', title: 'Quantity', cell: (row) => showDecimal(row.qtyBase) },
  { id: 'filled', title: 'Filled', cell: (row) => showDecimal(row.filledBase) },
  { id: 'state', title: 'State', align: 'left', sortBy: (row) => row.state, cell: (row) => <StateChip order={row} /> },
  { id: 'signed', title: 'Signed by', align: 'left', cell: (row) => row.signedBy },
  { id: 'note', title: 'Note', align: 'left', cell: (row) => <span className="text-text2">{row.note}</span> },
  { id: 'cancel', title: '', cell: (row) => <CancelButton order={row} /> },
];

export function OrdersAndFills() {
  const orders = useDesk((desk) => desk.orders, NO_ORDERS);
  const fills = useDesk((desk) => desk.fills, NO_FILLS);
  const view = useView((state) => state.ordersView);
  const working = orders.filter(isWorking);
  const newest = orders.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  const views: readonly { id: ViewState['ordersView']; text: string }[] = [
    { id: 'working', text: `Working ${showCount(working.length)}` },
    { id: 'orders', text: `All orders ${showCount(orders.length)}` },
    { id: 'fills', text: `Fills ${showCount(fills.length)}` },
  ];
  return (
    <Panel id="orders" scrolls={false}>
      <div role="radiogroup" aria-label="Show" className="flex gap-1 px-1.5 pt-1">
        {views.map((entry) => (
          <button
            key={entry.id}
            type="button"
            role="radio"
            aria-checked={view === entry.id}
            className={`button button-quiet ${view === entry.id ? 'bg-bg3 text-text1' : ''}`}
            onClick={() => setView({ ordersView: entry.id })}
          >
            {entry.text}
          </button>
        ))}
      </div>
      {view === 'fills' ? (
        <Fills rows={fills} />
      ) : (
        <Orders rows={view === 'working' ? working : newest} isWorkingOnly={view === 'working'} />
      )}
    </Panel>
  );
}

function Orders({ rows, isWorkingOnly }: { rows: readonly Order[]; isWorkingOnly: boolean }) {
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      {rows.length === 0 ? (
        <Empty title={isWorkingOnly ? 'No working orders' : 'No orders yet'}>
          Orders you sign or place show here with their state on the venue.
        </Empty>
      ) : (
        <DataTable label="Orders" rows={rows} columns={COLUMNS} keyOf={(row) => row.clientOrderId} />
      )}
    </div>
  );
}

function Fills({ rows }: { rows: readonly Fill[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => FILL_ROW_PX,
    overscan: 8,
  });
  if (rows.length === 0)
    return <Empty title="No fills yet">Each fill the venue reports shows here, fee included.</Empty>;
  return (
    <div
      ref={scroller}
      role="table"
      aria-label="Fills"
      aria-rowcount={rows.length}
      className="min-h-0 flex-1 overflow-auto"
    >
      <div
        role="row"
        className={`${FILL_GRID} sticky top-0 z-10 h-6 bg-bg1 text-[11px] text-text3 shadow-[inset_0_-1px_var(--line)]`}
      >
        {['Time', 'Instrument', 'Side', 'Price', 'Quantity', 'Fee', 'As', 'Order'].map((title, at) => (
          <span key={title} role="columnheader" className={at >= 3 && at <= 5 ? 'text-right' : ''}>
            {title}
          </span>
        ))}
      </div>
      <div className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row ? <FillRow key={row.fillId} row={row} top={item.start} /> : null;
        })}
      </div>
    </div>
  );
}

function FillRow({ row, top }: { row: Fill; top: number }) {
  return (
    <div
      role="row"
      tabIndex={-1}
      data-row={row.fillId}
      className={`${FILL_GRID} absolute inset-x-0 hover:bg-bg2`}
      style={{ height: FILL_ROW_PX, transform: `translateY(${top}px)` }}
    >
      <span role="cell" className="text-text2">
        {showMoment(row.eventTimeMs, true)}
      </span>
      <span role="cell" className="font-medium">
        {row.symbol}
      </span>
      <span role="cell">
        <Side side={row.side} />
      </span>
      <span role="cell" className="text-right">
        {showDecimal(row.price, pricesOf(row.instrumentId))}
      </span>
      <span role="cell" className="text-right">
        {showDecimal(row.qtyBase)}
      </span>
      <span role="cell" className="text-right">
        {showDecimal(row.fee)} <span className="text-text3">{row.feeAsset}</span>
      </span>
      <span role="cell" className="text-text2">
        {row.liquidity}
      </span>
      <span role="cell" className="truncate text-text3" title={row.clientOrderId}>
        {row.clientOrderId}
      </span>
    </div>
  );
}
