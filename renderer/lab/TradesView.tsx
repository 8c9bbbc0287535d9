/** Trades on their candles and as a table, linked both ways: a row brings its candles, a mark its row. */
import { useEffect, useMemo, useState } from 'react';
import type { Instrument } from '../../preload/contract.ts';
import type { LabRun, LabTrade } from '../../preload/lab-contract.ts';
import { Empty } from '../panels/Panel.tsx';
import { useDeskStore } from '../stores/desk-store.ts';
import { Choice } from './Field.tsx';
import { pickTrade, useLab } from './lab-store.ts';
import { TradesTable } from './TradesTable.tsx';
import { createTradeChart } from './trade-chart.ts';
import { placesOf, type TradePlaces } from './trade-places.ts';
import { useAnswer } from './use-answer.ts';
import { useChart } from './use-chart.ts';
import { type Trades, useTrades } from './use-trades.ts';

const NO_INSTRUMENTS: readonly Instrument[] = [];
/** Bars that are fetched on either side of a trade. */
const BARS_AROUND = 400;

export function TradesView({ run, instruments }: { run: LabRun; instruments: readonly string[] }) {
  const trades = useTrades(run.id);
  const known = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  const places = useMemo(() => placesOf(run.plan.sources, known, trades.known), [run.plan, known, trades.known]);
  if (trades.problem !== '') return <Empty title="Nothing to show">{trades.problem}</Empty>;
  if (trades.total === 0) {
    return <Empty title="No trade was closed">What is open at the end is valued at the last close.</Empty>;
  }
  return (
    <>
      <TradeCandles run={run} trades={trades} places={places} instruments={instruments} />
      <TradesTable trades={trades} places={places} run={run} instruments={instruments} />
    </>
  );
}

interface CandlesProps {
  readonly run: LabRun;
  readonly trades: Trades;
  readonly places: (instrument: number) => TradePlaces;
  readonly instruments: readonly string[];
}

/** Of several instruments those of the trade in front are shown, or of the one that is chosen. */
function TradeCandles({ run, trades, places, instruments }: CandlesProps) {
  const number = useLab((state) => state.tradeNumber);
  const picked = number === null ? null : (trades.at(number) ?? null);
  const [chosen, setChosen] = useState(0);
  const instrument = picked?.instrument ?? chosen;
  const whole = useAnswer(`candles ${run.id} ${instrument}`, (client) =>
    client.labCandles({ runId: run.id, instrument, fromMs: null, toMs: null }),
  );
  const window = whole.state === 'ready' && whole.value.joined > 1 && picked ? windowOf(picked, whole.value) : null;
  const part = useAnswer(window && `candles ${run.id} ${instrument} ${window.fromMs}`, (client) =>
    client.labCandles({ runId: run.id, instrument, fromMs: window?.fromMs ?? null, toMs: window?.toMs ?? null }),
  );
  const own = useMemo(
    () => trades.known.filter((trade) => trade.instrument === instrument),
    [trades.known, instrument],
  );
  const { price: pricePlaces } = places(instrument);
  const candles = useMemo(() => {
    if (window && part.state === 'ready') return part.value;
    return whole.state === 'ready' ? whole.value : null;
  }, [window, part, whole]);
  const [host, chart] = useChart((element, look) => createTradeChart(element, look, pickTrade));
  useEffect(() => {
    if (candles) chart.current?.setCandles(candles.candles, pricePlaces);
  }, [chart, candles, pricePlaces]);
  useEffect(() => chart.current?.setTrades(own), [chart, own]);
  useEffect(() => chart.current?.pick(picked), [chart, picked]);
  const problem = whole.state === 'failed' ? whole.text : part.state === 'failed' && window ? part.text : '';
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={host}
        role="img"
        aria-label="Trades on their candles"
        className="chart-host absolute inset-0"
        data-testid="trade-chart"
        data-candles={candles?.candles.openTimeMs.length ?? 0}
        data-joined={candles?.joined ?? 0}
        data-picked={picked?.number ?? ''}
      />
      {instruments.length > 1 ? (
        <div className="absolute right-20 top-1.5 z-10 flex">
          <Choice
            label="Instrument of the chart"
            value={String(instrument)}
            options={instruments.map((name, at) => ({ value: String(at), text: `${at + 1} ${shortName(name)}` }))}
            onChange={(value) => {
              pickTrade(null);
              setChosen(Number(value));
            }}
          />
        </div>
      ) : null}
      <p aria-hidden="true" className="pointer-events-none absolute left-2.5 top-1.5 z-10 text-[11px] text-text3">
        <span className="text-info">▲▼ in</span> · <span className="text-up">● out with a profit</span> ·{' '}
        <span className="text-down">■ out with a loss</span>
        {candles && candles.joined > 1 ? ` · ${candles.joined} bars are one candle here` : ''}
        {problem === '' ? '' : ` · ${problem}`}
      </p>
    </div>
  );
}

/** `BTC/USDT` of `binance:BTC/USDT`; of a long file name the beginning. */
const shortName = (name: string): string => name.slice(name.indexOf(':') + 1).slice(0, 16);

/** The span fetched for a trade, on a grid, so that neighbours share it. */
function windowOf({ entryTimeMs, exitTimeMs }: LabTrade, { barMs, joined }: { barMs: number; joined: number }) {
  const aroundMs = (BARS_AROUND * barMs) / joined;
  const fromMs = Math.max(0, Math.floor(entryTimeMs / aroundMs) * aroundMs - aroundMs);
  return { fromMs, toMs: Math.max(fromMs + 3 * aroundMs, exitTimeMs + aroundMs) };
}
