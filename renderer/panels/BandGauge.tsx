/** How far the same-side best quote has drifted since the proposal was shown, against the band it must stay inside. */
import { useEffect, useRef } from 'react';
import type { Proposal, WatchRow } from '../../preload/contract.ts';
import { driftBps } from '../format/decimal.ts';
import { MINUS } from '../format/number.ts';
import { marketHub } from '../stores/market-hub.ts';
import { useMarketPaint } from './use-market.ts';
import { setText } from './write-cell.ts';

export function BandGauge({ proposal }: { proposal: Proposal }) {
  const needle = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLSpanElement>(null);

  function write(row: WatchRow | undefined): void {
    // What the order would pay or get now: the best ask for a buy, the best bid for a sell.
    const quote = proposal.side === 'buy' ? row?.ask : row?.bid;
    if (!needle.current || !text.current || !quote) return;
    const drift = driftBps(quote, proposal.bandPrice);
    const place = Math.max(-1, Math.min(1, drift / proposal.bandBps));
    const isOut = Math.abs(drift) > proposal.bandBps;
    needle.current.style.left = `${(50 + place * 50).toFixed(1)}%`;
    needle.current.dataset.out = String(isOut);
    const rounded = Math.abs(drift).toFixed(1);
    const sign = rounded === '0.0' ? '' : drift < 0 ? MINUS : '+';
    setText(text.current, isOut ? `Out of band: ${sign}${rounded} bps` : `Price moved ${sign}${rounded} bps`);
  }

  useMarketPaint((paint) => {
    const row = paint.rows.get(proposal.instrumentId);
    if (row) write(row);
  });
  useEffect(() => write(marketHub.row(proposal.instrumentId)));

  return (
    <div className="mt-0.5 text-[11px] text-text3">
      <div className="flex justify-between">
        <span ref={text} className="whitespace-nowrap text-text2">
          waiting for a quote
        </span>
        <span className="whitespace-nowrap">band ±{proposal.bandBps} bps</span>
      </div>
      <div className="gauge" aria-hidden="true">
        <div ref={needle} style={{ left: '50%' }} />
      </div>
    </div>
  );
}
