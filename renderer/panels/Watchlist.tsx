/** The instruments of one kind with their last price and day; cells are written per frame, rows render once. */
import { useEffect, useRef, useState } from 'react';
import type { Instrument, WatchRow } from '../../preload/contract.ts';
import { placesOfStep } from '../format/decimal.ts';
import { arrowOf, showDecimal, showFloat } from '../format/number.ts';
import { useDeskStore } from '../stores/desk-store.ts';
import { marketHub } from '../stores/market-hub.ts';
import { setView, useView } from '../stores/view-store.ts';
import { fitRows } from './fit-rows.ts';
import { Panel } from './Panel.tsx';
import { STATUS_WORDS } from './StatusMark.tsx';
import { useHeight, useMarketFigures } from './use-market.ts';
import { setClass, setText } from './write-cell.ts';

const HEADER_PX = 24;
const NO_INSTRUMENTS: readonly Instrument[] = [];

interface RowCells {
  readonly row: HTMLTableRowElement;
  readonly last: HTMLElement;
  readonly change: HTMLElement;
  readonly places: number;
}

const KINDS = [
  ['spot', 'Spot'],
  ['perpetual', 'Perpetuals'],
] as const;

export function Watchlist() {
  const all = useDeskStore((state) => state.hello?.instruments) ?? NO_INSTRUMENTS;
  const selected = useView((view) => view.instrumentId);
  const selectedKind = all.find((row) => row.id === selected)?.kind ?? 'spot';
  const [kind, setKind] = useState<Instrument['kind']>(selectedKind);
  // Whoever goes to an instrument sees it in the list.
  useEffect(() => setKind(selectedKind), [selectedKind]);
  const instruments = all.filter((row) => row.kind === kind);
  const hasBoth = all.some((row) => row.kind === 'perpetual');
  const cells = useRef(new Map<string, RowCells>());
  useMarketFigures(
    (paint) => paint.rows.size > 0,
    () => {
      for (const [id, held] of cells.current) {
        const row = marketHub.row(id);
        if (row) writeRow(held, row);
      }
    },
  );
  const [box, height] = useHeight<HTMLDivElement>();
  const rows = fitRows(height - HEADER_PX, instruments.length);
  return (
    <Panel id="watchlist" scrolls={false}>
      {hasBoth ? (
        <div role="radiogroup" aria-label="Instruments shown" className="segmented m-1.5 mb-0.5 shrink-0">
          {KINDS.map(([value, text]) => (
            // biome-ignore lint/a11y/useSemanticElements: segments, not round buttons
            <button key={value} type="button" role="radio" aria-checked={value === kind} onClick={() => setKind(value)}>
              {text}
            </button>
          ))}
        </div>
      ) : null}
      <div ref={box} className="min-h-0 flex-1">
        <div className="snaps overflow-auto" style={{ height: HEADER_PX + rows.count * rows.px }}>
          <table className="table" aria-label="Instruments" style={{ '--row': `${rows.px}px` } as React.CSSProperties}>
            <thead>
              <tr>
                <th data-align="left">Instrument</th>
                <th>Last</th>
                <th>24 h %</th>
              </tr>
            </thead>
            <tbody>
              {instruments.map((instrument) => (
                <InstrumentRow
                  key={instrument.id}
                  instrument={instrument}
                  isSelected={instrument.id === selected}
                  cells={cells.current}
                />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Panel>
  );
}

function InstrumentRow(props: { instrument: Instrument; isSelected: boolean; cells: Map<string, RowCells> }) {
  const { instrument, isSelected, cells } = props;
  const row = useRef<HTMLTableRowElement>(null);
  const last = useRef<HTMLTableCellElement>(null);
  const change = useRef<HTMLTableCellElement>(null);
  useEffect(() => {
    if (!row.current || !last.current || !change.current) return;
    const places = placesOfStep(instrument.tickSize);
    const held = { row: row.current, last: last.current, change: change.current, places };
    cells.set(instrument.id, held);
    const known = marketHub.row(instrument.id);
    if (known) writeRow(held, known);
    return () => {
      cells.delete(instrument.id);
    };
  }, [instrument, cells]);
  return (
    <tr
      ref={row}
      className={`cursor-pointer ${isSelected ? 'bg-bg3' : ''}`}
      onClick={() => setView({ instrumentId: instrument.id })}
    >
      <td data-align="left">
        <button
          type="button"
          aria-current={isSelected ? 'true' : undefined}
          aria-label={instrument.symbol}
          className="cursor-pointer font-medium"
        >
          {instrument.base}
          <span className="font-normal text-text3">
            {instrument.kind === 'perpetual' ? ' PERP' : `/${instrument.quote}`}
          </span>
        </button>
      </td>
      <td ref={last}>–</td>
      <td ref={change} className="text-text3">
        –
      </td>
    </tr>
  );
}

function writeRow(cells: RowCells, row: WatchRow): void {
  setText(cells.last, showDecimal(row.last, cells.places));
  const share = row.change24hShare;
  const isStale = row.status === 'stale' || row.status === 'down';
  // A price nobody vouches for has no business showing a day's change: the word takes its place.
  if (isStale || share === null) {
    setText(cells.change, isStale ? `⚠ ${STATUS_WORDS[row.status]}` : '–');
    setClass(cells.change, isStale ? 'text-seal-text' : 'text-text3');
  } else {
    setText(cells.change, `${arrowOf(Math.sign(share))} ${showFloat(Math.abs(share) * 100, 2)}`);
    setClass(cells.change, share > 0 ? 'text-up' : share < 0 ? 'text-down' : 'text-text3');
  }
  setClass(cells.last, row.status === 'live' ? '' : 'text-text3');
}
