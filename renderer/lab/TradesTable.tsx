// biome-ignore-all lint/a11y/useSemanticElements: virtual rows cannot be table rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and says which row is in front
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid's keys do the same
/** Closed trades, of any number; up and down pick one, and the chart goes there. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { LabRun, LabTrade } from '../../preload/lab-contract.ts';
import { showCount, showFloat, showSignedPercent } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { pickTrade, useLab } from './lab-store.ts';
import type { TradePlaces } from './trade-places.ts';
import type { Trades } from './use-trades.ts';

const ROW_PX = 24;
const TITLES = ['#', 'Side', 'In', 'Out', 'Bars', 'Size', 'At', 'To', 'Return', 'Profit', 'Fees', 'Why'];

export function TradesTable(props: {
  readonly trades: Trades;
  readonly places: (instrument: number) => TradePlaces;
  readonly run: LabRun;
  readonly instruments: readonly string[];
}) {
  const { trades, places, run, instruments } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const picked = useLab((state) => state.tradeNumber);
  const total = trades.total ?? 0;
  const list = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    scrollPaddingStart: ROW_PX,
    overscan: 10,
  });
  const items = list.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => trades.want(from, to), [trades.want, from, to]);
  useEffect(() => {
    if (picked !== null) list.scrollToIndex(picked, { align: 'auto' });
  }, [picked, list]);

  function onKeyDown(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowDown: (picked ?? -1) + 1,
      ArrowUp: (picked ?? total) - 1,
      PageDown: (picked ?? 0) + 8,
      PageUp: (picked ?? 0) - 8,
      Home: 0,
      End: total - 1,
    };
    const next = steps[event.key];
    if (next === undefined || total === 0) return;
    event.preventDefault();
    pickTrade(Math.max(0, Math.min(total - 1, next)));
  }

  const listed = run.figures && run.figures.trades > total ? `, the first ${showCount(total)}` : '';
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={`Trades${listed}`}
      aria-rowcount={total + 1}
      aria-activedescendant={picked === null ? undefined : `trade-${picked}`}
      className="h-[40%] shrink-0 overflow-auto border-t border-line focus-visible:outline-offset-[-2px]"
      onKeyDown={onKeyDown}
    >
      <div
        role="row"
        className="trade-grid sticky top-0 z-10 h-6 bg-bg1 text-[11px] text-text3 shadow-[inset_0_-1px_var(--line)]"
      >
        {TITLES.map((title, at) => (
          <span key={title} role="columnheader" className={at >= 4 && at <= 10 ? 'text-right' : ''}>
            {title}
          </span>
        ))}
      </div>
      <div role="presentation" className="relative" style={{ height: list.getTotalSize() }}>
        {items.map((item) => (
          <TradeRow
            key={item.index}
            number={item.index}
            trade={trades.at(item.index)}
            top={item.start}
            isPicked={item.index === picked}
            places={places}
            instruments={instruments}
          />
        ))}
      </div>
    </div>
  );
}

const WHY: Readonly<Record<string, string>> = {
  signal: 'signal',
  stop_loss: 'stop',
  take_profit: 'target',
  limit: 'limit',
  liquidation: 'liquidated',
};

function TradeRow(props: {
  readonly number: number;
  readonly trade: LabTrade | undefined;
  readonly top: number;
  readonly isPicked: boolean;
  readonly places: (instrument: number) => TradePlaces;
  readonly instruments: readonly string[];
}) {
  const { number, trade, top, isPicked, places, instruments } = props;
  const decimals = places(trade?.instrument ?? 0);
  const tone = !trade || trade.profitQuote === 0 ? '' : trade.profitQuote > 0 ? 'text-up' : 'text-down';
  return (
    <div
      role="row"
      id={`trade-${number}`}
      aria-selected={isPicked}
      aria-rowindex={number + 2}
      className="trade-grid absolute inset-x-0 cursor-pointer hover:bg-bg2"
      style={{ height: ROW_PX, transform: `translateY(${top}px)` }}
      onClick={() => pickTrade(number)}
    >
      <span role="gridcell" className="text-text3">
        {number + 1}
      </span>
      {trade ? (
        <>
          <span role="gridcell" title={instruments[trade.instrument]}>
            {trade.side === 'long' ? '▲ long' : '▼ short'}
            {instruments.length > 1 ? ` ${trade.instrument + 1}` : ''}
          </span>
          <span role="gridcell" className="text-text2">
            {showMoment(trade.entryTimeMs)}
          </span>
          <span role="gridcell" className="text-text2">
            {showMoment(trade.exitTimeMs).slice(5)}
          </span>
          <Figure>{showCount(trade.barsHeld)}</Figure>
          <Figure>{showFloat(trade.qty, decimals.size)}</Figure>
          <Figure>{showFloat(trade.entryPrice, decimals.price)}</Figure>
          <Figure>{showFloat(trade.exitPrice, decimals.price)}</Figure>
          <Figure tone={tone}>{showSignedPercent(trade.returnShare, 2)}</Figure>
          <Figure tone={tone}>{`${trade.profitQuote > 0 ? '+' : ''}${showFloat(trade.profitQuote, 2)}`}</Figure>
          <Figure>{showFloat(trade.feesQuote, 2)}</Figure>
          <span role="gridcell" className="text-text2">
            {WHY[trade.reason] ?? trade.reason}
          </span>
        </>
      ) : (
        <span role="gridcell" className="text-text3">
          …
        </span>
      )}
    </div>
  );
}

const Figure = ({ tone = '', children }: { tone?: string; children: string }) => (
  <span role="gridcell" className={`text-right ${tone}`}>
    {children}
  </span>
);
