/** The chart with its legend: history is asked for, frames are drawn as they come, older pages load on the way left. */
import { useEffect, useRef, useState } from 'react';
import type { MarketFrame } from '../../preload/contract.ts';
import { reveal } from '../app/reveal.ts';
import { hasHole } from '../chart/candle-data.ts';
import { readLook } from '../chart/look.ts';
import type { LegendValues, PriceChart } from '../chart/price-chart.ts';
import { createPriceChart } from '../chart/price-chart.ts';
import { useChartMarks } from '../chart/use-chart-marks.ts';
import { placesOfStep } from '../format/decimal.ts';
import { MINUS, showFloat } from '../format/number.ts';
import { showAgo } from '../format/time.ts';
import { instrumentOf, useDesk, useDeskStore } from '../stores/desk-store.ts';
import { marketHub } from '../stores/market-hub.ts';
import { CONFIDENCE_PANE, useView } from '../stores/view-store.ts';
import { Panel } from './Panel.tsx';
import { STATUS_WORDS } from './StatusMark.tsx';
import { useFeedStatus, useMarketPaint } from './use-market.ts';

const FIRST_BARS = 1_000;
const THIN_BARS = 50;
const AGAIN_MS = 400;
const LOADS_AGAIN_MAX = 40;
const OLDER_BARS = 1_000;
const BARS_MOST = 5_000;
const HELD_FRAMES_MAX = 600;
const HIDDEN_LONG_MS = 60_000;

type LoadState = 'loading' | 'ready' | 'empty' | 'failed';

export function ChartPanel() {
  return (
    <Panel id="chart" scrolls={false}>
      <LiveChart />
    </Panel>
  );
}

function LiveChart() {
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDivElement>(null);
  const chart = useRef<PriceChart | null>(null);
  const [load, setLoad] = useState<LoadState>('loading');
  const client = useDeskStore((state) => state.client);
  const instrumentId = useView((view) => view.instrumentId);
  const timeframe = useView((view) => view.timeframe);
  const indicators = useView((view) => view.indicators);
  const look = useView((view) => `${view.theme} ${view.palette}`);
  const status = useFeedStatus(instrumentId);
  const needOlder = useRef<() => void>(() => undefined);
  const drawnFor = useRef('');
  const isThin = useRef(false);
  const loadsAgain = useRef(0);
  /** Frames that came while history was on its way; null when none is. */
  const held = useRef<MarketFrame[] | null>(null);
  const [reloads, setReloads] = useState(0);
  useEffect(() => onReturn(() => setReloads((count) => count + 1)), []);

  useEffect(() => {
    if (!host.current) return;
    const made = createPriceChart(host.current, readLook(), {
      legend: (values) => legend.current && writeLegend(legend.current, values),
      needOlder: () => needOlder.current(),
      pick: reveal,
    });
    chart.current = made;
    return () => {
      chart.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    if (look) chart.current?.setLook(readLook());
  }, [look]);

  useEffect(() => {
    if (!client || !instrumentId || reloads < 0) return;
    const stop = new AbortController();
    const wanted = indicators.filter((id) => id !== CONFIDENCE_PANE);
    const ask = (limit: number, beforeMs?: number) =>
      client.chartHistory(
        { instrumentId, timeframe, limit, indicators: wanted, ...(beforeMs === undefined ? {} : { beforeMs }) },
        { signal: stop.signal },
      );
    const watched = `${instrumentId} ${timeframe}`;
    const isOther = drawnFor.current !== watched;
    const fresh = isOther || isThin.current;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const bars = fresh ? FIRST_BARS : Math.min(BARS_MOST, Math.max(FIRST_BARS, chart.current?.barCount() ?? 0));
    if (isOther) {
      loadsAgain.current = 0;
      setLoad('loading');
    }
    needOlder.current = () => undefined;
    held.current = [];
    ask(bars).then(
      (history) => {
        const drawing = chart.current;
        if (stop.signal.aborted || !drawing) return;
        const instrument = instrumentOf(instrumentId);
        const tick = instrument?.tickSize ?? '0.01';
        drawing.setInstrument({ places: placesOfStep(tick), tickSize: Number(tick), withSeconds: timeframe === '1s' });
        drawing.setHistory(history, { fresh, showConfidence: indicators.includes(CONFIDENCE_PANE) });
        // The chart may have come after the first frame: then the newest one stands for those it missed.
        const missed = held.current?.length ? held.current : [marketHub.lastCandles() ?? []].flat();
        drawing.applyFrames(missed);
        held.current = null;
        drawnFor.current = watched;
        setLoad(history.candles.openTimeMs.length === 0 ? 'empty' : 'ready');
        // An engine that has just started is still fetching: what it has not got yet is asked for again.
        const { openTimeMs } = history.candles;
        isThin.current = openTimeMs.length < THIN_BARS;
        const isUnfinished = isThin.current || hasHole(openTimeMs, timeframe);
        loadsAgain.current = isUnfinished ? loadsAgain.current + 1 : 0;
        if (isUnfinished && loadsAgain.current < LOADS_AGAIN_MAX)
          retry = setTimeout(() => setReloads((count) => count + 1), AGAIN_MS);
        showCounts(host.current, drawing, watched);
        if (host.current && missed.length > 0) host.current.dataset.live = 'true';
        needOlder.current = olderLoader(drawing, (beforeMs) => ask(OLDER_BARS, beforeMs));
      },
      () => {
        if (!stop.signal.aborted) setLoad('failed');
      },
    );
    return () => {
      needOlder.current = () => undefined;
      clearTimeout(retry);
      stop.abort();
    };
  }, [client, instrumentId, timeframe, indicators, reloads]);

  useMarketPaint((paint) => {
    const drawing = chart.current;
    if (paint.candlesLost) setReloads((count) => count + 1);
    if (!drawing || paint.candleFrames.length === 0) return;
    if (held.current) held.current = [...held.current, ...paint.candleFrames].slice(-HELD_FRAMES_MAX);
    if (drawnFor.current !== `${instrumentId} ${timeframe}`) return;
    drawing.applyFrames(paint.candleFrames);
    if (host.current && host.current.dataset.live !== 'true') host.current.dataset.live = 'true';
    showCounts(host.current, drawing, drawnFor.current);
  });

  useChartMarks(chart, instrumentId, timeframe, load === 'ready');

  const symbol = instrumentId ? (instrumentOf(instrumentId)?.symbol ?? '') : '';
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={host}
        role="img"
        aria-label={`${symbol} candles, ${timeframe}`}
        data-testid="price-chart"
        className={`chart-host h-full w-full ${status === 'live' || status === 'connecting' ? '' : 'dimmed'}`}
      />
      <div
        ref={legend}
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 z-10 overflow-hidden text-[11px]"
      />
      {status === 'stale' || status === 'down' ? (
        <Untrusted symbol={symbol} status={status} instrumentId={instrumentId} />
      ) : null}
      <span className="pointer-events-none absolute bottom-[7px] right-3 z-10 text-[10px] text-text3">UTC</span>
      {load === 'ready' ? null : <ChartNotice load={load} symbol={symbol} />}
    </div>
  );
}

/** Over the candles and in words: what is drawn here is not the market of now. */
function Untrusted(props: { symbol: string; status: 'stale' | 'down'; instrumentId: string | null }) {
  const { symbol, status, instrumentId } = props;
  const ageMs = useDesk(
    (desk) => desk.health.feeds.find((feed) => feed.instrumentId === instrumentId)?.ageMs ?? null,
    null,
  );
  return (
    <div className="absolute left-2 top-7 z-10 rounded-md border border-seal bg-bg2 px-2.5 py-1 text-text1">
      <strong className="text-seal-text">⚠ {STATUS_WORDS[status]}</strong> {symbol} last moved
      {ageMs === null ? ' a while' : ` ${showAgo(ageMs)}`} ago: nothing is signed on it.
    </div>
  );
}

/** Runs when the page is looked at again after it was hidden for long. Returns the way to stop. */
function onReturn(run: () => void): () => void {
  let hiddenAtMs: number | null = document.hidden ? performance.now() : null;
  const turn = (): void => {
    if (document.hidden) hiddenAtMs = performance.now();
    else if (hiddenAtMs !== null && performance.now() - hiddenAtMs > HIDDEN_LONG_MS) run();
  };
  document.addEventListener('visibilitychange', turn);
  return () => document.removeEventListener('visibilitychange', turn);
}

function ChartNotice({ load, symbol }: { load: Exclude<LoadState, 'ready'>; symbol: string }) {
  const texts = {
    loading: `Loading ${symbol} candles…`,
    empty: 'No candles yet: the first one shows as soon as there is a trade.',
    failed: 'The candles could not be loaded. Choosing the timeframe again tries once more.',
  };
  return <div className="absolute inset-0 z-20 grid place-items-center bg-bg1/70 text-text3">{texts[load]}</div>;
}

function olderLoader(
  drawing: PriceChart,
  ask: (beforeMs: number) => Promise<Parameters<PriceChart['prepend']>[0]>,
): () => void {
  let isBusy = false;
  let isOver = false;
  return () => {
    const beforeMs = drawing.oldestMs();
    if (isBusy || isOver || beforeMs === null) return;
    isBusy = true;
    ask(beforeMs)
      .then((history) => {
        if (history.candles.openTimeMs.length === 0) isOver = true;
        else drawing.prepend(history);
      })
      .catch(() => undefined)
      .finally(() => {
        isBusy = false;
      });
  };
}

function showCounts(host: HTMLElement | null, drawing: PriceChart, watched: string): void {
  if (!host) return;
  const count = String(drawing.barCount());
  if (host.dataset.candles !== count) host.dataset.candles = count;
  if (host.dataset.watched !== watched) {
    host.dataset.watched = watched;
    host.dataset.live = 'false';
  }
}

/** Rebuilds the legend's text nodes only when their number changes; otherwise writes into them. */
function writeLegend(root: HTMLElement, values: LegendValues): void {
  const rows: { top: number; parts: { text: string; colour: string }[] }[] = [];
  const { bar } = values;
  if (bar) {
    const change = bar.open === 0 ? 0 : (bar.close / bar.open - 1) * 100;
    const tone = bar.close >= bar.open ? 'var(--up)' : 'var(--down)';
    const price = (value: number): string => showFloat(value, values.places);
    rows.push({
      top: 0,
      parts: [
        { text: 'O', colour: 'var(--text3)' },
        { text: price(bar.open), colour: tone },
        { text: 'H', colour: 'var(--text3)' },
        { text: price(bar.high), colour: tone },
        { text: 'L', colour: 'var(--text3)' },
        { text: price(bar.low), colour: tone },
        { text: 'C', colour: 'var(--text3)' },
        { text: price(bar.close), colour: tone },
        { text: `${change < 0 ? MINUS : '+'}${Math.abs(change).toFixed(2)} %`, colour: tone },
        { text: 'V', colour: 'var(--text3)' },
        { text: showFloat(bar.volume, bar.volume >= 1_000 ? 0 : 3), colour: 'var(--text2)' },
        ...values.panes[0]!.texts.flatMap((line) => legendParts(line)),
      ],
    });
  }
  for (const pane of values.panes.slice(1)) rows.push({ top: pane.top, parts: pane.texts.flatMap(legendParts) });
  const shape = rows.map((row) => row.parts.length).join(',');
  if (root.dataset.shape !== shape) {
    root.dataset.shape = shape;
    root.replaceChildren(
      ...rows.map((row) => {
        const line = document.createElement('div');
        line.className = 'absolute left-2 flex flex-wrap gap-x-1.5';
        line.append(...row.parts.map(() => document.createElement('span')));
        return line;
      }),
    );
  }
  for (const [at, row] of rows.entries()) {
    const line = root.children[at] as HTMLElement;
    line.style.top = `${row.top + 5}px`;
    for (const [index, part] of row.parts.entries()) {
      const span = line.children[index] as HTMLElement;
      if (span.textContent !== part.text) span.textContent = part.text;
      if (span.style.color !== part.colour) span.style.color = part.colour;
    }
  }
}

function legendParts(line: LegendValues['panes'][number]['texts'][number]): { text: string; colour: string }[] {
  const value =
    line.value === null ? '–' : line.isShare ? `${showFloat(line.value * 100, 0)} %` : showFloat(line.value, 2);
  return [
    { text: line.label, colour: 'var(--text3)' },
    { text: value, colour: line.colour },
  ];
}
