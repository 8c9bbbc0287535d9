/** What the desk has to say on the chart: proposals, working orders, positions as lines; fills and proposals as marks. */
import { type RefObject, useEffect, useMemo } from 'react';
import type { Fill, Order, Position, Proposal, Timeframe } from '../../preload/contract.ts';
import { showDecimal } from '../format/number.ts';
import { TIMEFRAME_MS } from '../format/time.ts';
import { isWorking, orderEnds } from '../panels/order-words.ts';
import { useDesk } from '../stores/desk-store.ts';
import { isWaiting } from '../stores/queue.ts';
import { useQueueStore } from '../stores/queue-store.ts';
import type { ChartLine, ChartMark, PriceChart } from './price-chart.ts';

const NO_PROPOSALS: readonly Proposal[] = [];
const NO_ORDERS: readonly Order[] = [];
const NO_FILLS: readonly Fill[] = [];
const NO_POSITIONS: readonly Position[] = [];

export function useChartMarks(
  chart: RefObject<PriceChart | null>,
  instrumentId: string | null,
  timeframe: Timeframe,
  isReady: boolean,
): void {
  const proposals = useDesk((desk) => desk.proposals, NO_PROPOSALS);
  const orders = useDesk((desk) => desk.orders, NO_ORDERS);
  const fills = useDesk((desk) => desk.fills, NO_FILLS);
  const positions = useDesk((desk) => desk.positions, NO_POSITIONS);
  const openId = useQueueStore((state) => state.openId);
  const lines = useMemo(
    () => chartLines(instrumentId, proposalToDraw(instrumentId, proposals, openId), orders, positions),
    [instrumentId, proposals, openId, orders, positions],
  );
  const marks = useMemo(
    () => chartMarks(instrumentId, timeframe, proposals, fills),
    [instrumentId, timeframe, proposals, fills],
  );
  useEffect(() => {
    if (isReady) chart.current?.setLines(lines);
  }, [chart, lines, isReady]);
  useEffect(() => {
    if (isReady) chart.current?.setMarks(marks);
  }, [chart, marks, isReady]);
}

/** One proposal's lines at a time: the open card's where it is of this instrument, else the longest waiting. */
function proposalToDraw(
  instrumentId: string | null,
  proposals: readonly Proposal[],
  openId: string | null,
): Proposal | undefined {
  const here = proposals.filter((row) => row.instrumentId === instrumentId && isWaiting(row));
  return here.find((row) => row.id === openId) ?? here[0];
}

function chartLines(
  instrumentId: string | null,
  proposal: Proposal | undefined,
  orders: readonly Order[],
  positions: readonly Position[],
): readonly ChartLine[] {
  const lines: ChartLine[] = [];
  const line = (
    price: string | null,
    title: string,
    tone: ChartLine['tone'],
    dashed: boolean,
    target: string,
  ): void => {
    if (price !== null) lines.push({ price: Number(price), title, tone, dashed, keepInView: true, target });
  };
  if (proposal) {
    line(
      proposal.entryPrice,
      `${proposal.side === 'buy' ? '▲' : '▼'} proposal ${showDecimal(proposal.qtyBase)}`,
      'seal',
      true,
      `proposal:${proposal.id}`,
    );
    line(proposal.stopPrice, 'stop', 'down', true, `proposal:${proposal.id}`);
    line(proposal.targetPrice, 'target', 'up', true, `proposal:${proposal.id}`);
  }
  for (const row of orders) {
    if (row.instrumentId !== instrumentId || !isWorking(row)) continue;
    for (const { price, name } of orderEnds(row)) {
      line(price, `${name} ${showDecimal(row.qtyBase)}`, 'info', false, `order:${row.clientOrderId}:${name}`);
    }
  }
  for (const row of positions)
    if (row.instrumentId === instrumentId)
      line(row.averageCost, 'average', 'quiet', true, `position:${row.instrumentId}`);
  return lines;
}

function chartMarks(
  instrumentId: string | null,
  timeframe: Timeframe,
  proposals: readonly Proposal[],
  fills: readonly Fill[],
): readonly ChartMark[] {
  const candleOf = (timeMs: number): number => Math.floor(timeMs / TIMEFRAME_MS[timeframe]) * TIMEFRAME_MS[timeframe];
  const marks: ChartMark[] = [];
  for (const row of fills) {
    if (row.instrumentId === instrumentId)
      marks.push({ timeMs: candleOf(row.eventTimeMs), side: row.side, kind: 'fill', target: `fill:${row.fillId}` });
  }
  for (const row of proposals) {
    if (row.instrumentId === instrumentId)
      marks.push({ timeMs: candleOf(row.madeAtMs), side: row.side, kind: 'proposal', target: `proposal:${row.id}` });
  }
  // Several fills inside one candle are one mark.
  const unique = new Map(marks.map((mark) => [`${mark.timeMs} ${mark.side} ${mark.kind}`, mark]));
  return [...unique.values()].sort((a, b) => a.timeMs - b.timeMs);
}
