/** What stands in the headers beside the tabs: counts, units, the chart's timeframes, CSV. */
import type { ReactNode } from 'react';
import { placesOfStep } from '../format/decimal.ts';
import { useQueueView } from '../panels/ApprovalQueue.tsx';
import { Funding } from '../panels/Funding.tsx';
import { isWorking } from '../panels/order-words.ts';
import type { PanelId } from '../panels/Panel.tsx';
import { useDesk, useDeskStore } from '../stores/desk-store.ts';
import { isWaiting } from '../stores/queue.ts';
import { setView, TIMEFRAMES, useView } from '../stores/view-store.ts';
import { downloadFillsCsv, downloadPositionsCsv } from './csv-export.ts';
import { IndicatorPicker } from './IndicatorPicker.tsx';

export function TabCount({ id }: { id: PanelId }) {
  const count = useDesk((desk) => {
    if (id === 'positions') return desk.positions.length;
    if (id === 'orders') return desk.orders.filter(isWorking).length;
    if (id === 'models') return desk.models.length;
    return null;
  }, null);
  return count === null ? null : (
    <span className="says -ml-1 pr-1 font-normal text-text3" data-text={count} aria-hidden="true" />
  );
}

export function LeftActions({ id }: { id: PanelId | undefined }) {
  return id === 'chart' ? <ChartInstrument /> : null;
}

export function RightActions({ id }: { id: PanelId | undefined }) {
  switch (id) {
    case 'chart':
      return <ChartControls />;
    case 'book':
      return <TickSize />;
    case 'queue':
      return <QueueCounts />;
    case 'positions':
      return <CsvButton what="positions" run={downloadPositionsCsv} />;
    case 'orders':
      return <CsvButton what="fills" run={downloadFillsCsv} />;
    case 'health':
      return <GameDayButton />;
    case 'watchlist':
      return <Note>{<InstrumentCount />}</Note>;
    case 'ticket':
      return <TicketInstrument />;
    default:
      return null;
  }
}

function Note({ children }: { children: ReactNode }) {
  return <span className="whitespace-nowrap px-1.5 text-[11px] text-text3">{children}</span>;
}

function InstrumentCount() {
  return useDeskStore((state) => state.hello?.instruments.length ?? 0);
}

function useSelectedInstrument() {
  const instrumentId = useView((view) => view.instrumentId);
  return useDeskStore((state) => state.hello?.instruments.find((row) => row.id === instrumentId));
}

function TicketInstrument() {
  const instrument = useSelectedInstrument();
  return <Note>{instrument?.symbol}</Note>;
}

function ChartInstrument() {
  const instrument = useSelectedInstrument();
  const venue = useDeskStore((state) => state.hello?.venue);
  return (
    <span className="flex min-w-0 items-center gap-2">
      <button
        type="button"
        className="button button-quiet font-semibold text-text1"
        aria-label={`${instrument?.symbol ?? ''}, switch instrument`}
        aria-haspopup="dialog"
        onClick={() => setView({ overlay: 'instruments' })}
      >
        {instrument?.symbol ?? '–'} <span className="says text-text3" data-text="▾" aria-hidden="true" />
      </button>
      {instrument?.kind === 'perpetual' ? (
        <span className="max-[1500px]:hidden">
          <Funding instrument={instrument} withMark />
        </span>
      ) : (
        <span className="truncate text-text3 max-[1500px]:hidden">{venue}</span>
      )}
    </span>
  );
}

function ChartControls() {
  const timeframe = useView((view) => view.timeframe);
  return (
    <span className="flex items-center gap-1">
      <span role="radiogroup" aria-label="Timeframe" className="flex">
        {TIMEFRAMES.map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: a row of words, not of round buttons
          <button
            key={name}
            type="button"
            role="radio"
            aria-checked={name === timeframe}
            className={`h-[22px] cursor-pointer rounded px-1.5 hover:bg-bg3 ${
              name === timeframe ? 'font-semibold text-text1 bg-bg3' : 'text-text3'
            }`}
            onClick={() => setView({ timeframe: name })}
          >
            {name}
          </button>
        ))}
      </span>
      <IndicatorPicker />
    </span>
  );
}

function TickSize() {
  const instrument = useSelectedInstrument();
  if (!instrument) return null;
  const places = placesOfStep(instrument.tickSize);
  return <Note>tick {Number(instrument.tickSize).toFixed(places)}</Note>;
}

function QueueCounts() {
  const queue = useQueueView();
  const waiting = queue.cards.filter(isWaiting).length;
  const signed = [...queue.cards, ...queue.earlier].filter((row) => row.state === 'signed').length;
  return (
    <Note>
      {waiting} waiting · {signed} signed
    </Note>
  );
}

function GameDayButton() {
  const running = useDesk((desk) => (desk.gameDay?.state === 'running' ? desk.gameDay.cases : null), null);
  const ended = running?.filter((row) => row.durationMs !== null).length ?? 0;
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-haspopup="dialog"
      onClick={() => setView({ overlay: 'game-day' })}
    >
      Game day{running === null ? '' : ` ${ended} of ${running.length}`}
    </button>
  );
}

function CsvButton({ what, run }: { what: string; run: () => void }) {
  return (
    <button type="button" className="button button-quiet" aria-label={`Export ${what} as CSV`} onClick={run}>
      CSV
    </button>
  );
}
