/** A perpetual's mark price, and what holding it costs and when: written as time and prices move, never rendered anew. */
import { useRef } from 'react';
import type { Instrument } from '../../preload/contract.ts';
import { placesOfStep } from '../format/decimal.ts';
import { MINUS, showDecimal } from '../format/number.ts';
import { showHours } from '../format/time.ts';
import { marketHub } from '../stores/market-hub.ts';
import { useTicker } from './use-market.ts';
import { setText } from './write-cell.ts';

/** `+0.0100 %`: longs pay where it is above zero. */
export function fundingText(rate: string): string {
  const percent = (Math.abs(Number(rate)) * 100).toFixed(4);
  return `${Number(rate) < 0 ? MINUS : '+'}${percent} %`;
}

export function Funding({ instrument, withMark = false }: { instrument: Instrument; withMark?: boolean }) {
  const mark = useRef<HTMLSpanElement>(null);
  const rate = useRef<HTMLSpanElement>(null);
  const left = useRef<HTMLSpanElement>(null);
  useTicker((nowMs) => {
    const said = marketHub.row(instrument.id)?.perpetual;
    if (!rate.current || !left.current) return;
    if (mark.current)
      setText(mark.current, said ? showDecimal(said.markPrice, placesOfStep(instrument.tickSize)) : '–');
    setText(rate.current, said ? fundingText(said.fundingRate) : '–');
    setText(left.current, said ? showHours(said.nextFundingMs - nowMs) : '–');
  });
  return (
    <span
      className="flex min-w-0 gap-2.5 whitespace-nowrap text-[11px] text-text2"
      title="Above zero longs pay shorts this share of their position, below zero shorts pay longs"
    >
      {withMark ? (
        <span>
          <span className="text-text3">mark</span> <span ref={mark}>–</span>
        </span>
      ) : null}
      <span>
        <span className="text-text3">funding</span> <span ref={rate}>–</span> <span className="text-text3">in</span>{' '}
        <span ref={left}>–</span>
      </span>
    </span>
  );
}
