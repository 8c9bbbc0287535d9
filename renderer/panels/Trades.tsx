/** Public prints, newest on top; a fixed pool of rows, written into. */
import { useEffect, useRef, useState } from 'react';
import type { MarketFrame } from '../../preload/contract.ts';
import { placesOfStep } from '../format/decimal.ts';
import { arrowOf, showDecimal } from '../format/number.ts';
import { showClock } from '../format/time.ts';
import { instrumentOf } from '../stores/desk-store.ts';
import { marketHub } from '../stores/market-hub.ts';
import { useView } from '../stores/view-store.ts';
import { Panel } from './Panel.tsx';
import { useHeight, useMarketFigures } from './use-market.ts';
import { setClass, setText } from './write-cell.ts';

const ROW_PX = 17;

export function Trades() {
  const instrumentId = useView((view) => view.instrumentId);
  const [box, height] = useHeight<HTMLDivElement>();
  const list = useRef<HTMLDivElement>(null);
  const [isEmpty, setIsEmpty] = useState(true);
  const count = Math.max(1, Math.floor(height / ROW_PX));

  function write(): void {
    const instrument = instrumentId ? instrumentOf(instrumentId) : undefined;
    if (!instrument || !list.current) return;
    const places = { price: placesOfStep(instrument.tickSize), size: placesOfStep(instrument.lotStep) };
    const trades = marketHub.trades();
    setIsEmpty(trades.length === 0);
    for (const [at, row] of [...list.current.children].entries()) writeTrade(row as HTMLElement, trades[at], places);
  }

  useMarketFigures((paint) => paint.trades.length > 0, write);
  useEffect(write);

  return (
    <Panel id="trades" scrolls={false}>
      <div className="ladder trade-row h-6 items-center text-text3 shadow-[inset_0_-1px_var(--line)]">
        <span>Time</span>
        <span className="text-right">Price</span>
        <span className="text-right">Size</span>
      </div>
      <div ref={box} className="ladder relative min-h-0 flex-1 overflow-hidden">
        {isEmpty ? <p className="absolute inset-x-2 top-1 font-sans text-text3">The next trade shows here.</p> : null}
        <div ref={list} key={`${instrumentId}-${count}`}>
          {Array.from({ length: count }, (_, index) => index).map((index) => (
            <div key={index} className="trade-row" style={{ height: ROW_PX }}>
              <span className="text-text3" />
              <span className="text-right" />
              <span className="text-right" />
            </div>
          ))}
        </div>
      </div>
    </Panel>
  );
}

function writeTrade(
  row: HTMLElement,
  trade: MarketFrame['trades'][number] | undefined,
  places: { price: number; size: number },
): void {
  const [time, price, size] = [...row.children] as HTMLElement[];
  if (!time || !price || !size) return;
  setText(time, trade ? showClock(trade.timeMs) : '');
  setText(price, trade ? `${arrowOf(trade.side === 'buy' ? 1 : -1)}${showDecimal(trade.price, places.price)}` : '');
  setClass(price, `text-right ${trade?.side === 'buy' ? 'text-up' : 'text-down'}`);
  setText(size, trade ? showDecimal(trade.qtyBase, places.size) : '');
}
