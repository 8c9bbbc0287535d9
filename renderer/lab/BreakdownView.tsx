/** Where a run's result came from, and how far each figure may be believed. */
import type { LabRun, LabRunDetail } from '../../preload/lab-contract.ts';
import { NONE, showCount, showFloat, showPercent, showSignedPercent } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { ExcursionsPlot } from './ExcursionsPlot.tsx';
import { INTERVAL_FIGURES } from './figures.ts';
import { DRAWN, DRAWN_SHORTLY, intervalText } from './intervals.ts';

export function BreakdownView({ run, detail }: { run: LabRun; detail: LabRunDetail }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-label="Breakdown" tabIndex={0} className="min-h-0 flex-1 overflow-auto p-3">
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-x-6 gap-y-5">
        <Intervals run={run} />
        <ExcursionsPlot excursions={detail.excursions} />
        <ByInstrument rows={detail.byInstrument} names={detail.instruments} />
        <ByRegime rows={detail.byRegime} />
        <UnderWater underWater={detail.underWater} />
      </div>
    </section>
  );
}

function Part({ title, about, children }: { title: string; about: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="mb-1 font-semibold">
        {title} <span className="font-normal text-text3">{about}</span>
      </h3>
      {children}
    </section>
  );
}

function Intervals({ run }: { run: LabRun }) {
  const { figures, intervals } = run;
  if (!figures || intervals.length === 0)
    return (
      <Part title="How sure" about="">
        <p className="text-text2">Nobody judged this run: run it again here, or with --store.</p>
      </Part>
    );
  return (
    <Part title="How sure" about="the middle 95 % when the run is drawn anew">
      <table className="table table-fixed">
        <thead>
          <tr>
            <th data-align="left">Figure</th>
            <th className="w-[80px]">Run</th>
            <th className="w-[120px]">95 %</th>
            <th data-align="left" className="w-[86px]">
              Drawn
            </th>
          </tr>
        </thead>
        <tbody>
          {INTERVAL_FIGURES.flatMap((word) =>
            intervals
              .filter(({ figure }) => figure === word.key)
              .map((interval) => (
                <tr key={`${word.key} ${interval.drawn}`}>
                  <td data-align="left" className="text-text2" title={word.about}>
                    {word.label}
                  </td>
                  <td className="font-semibold">{word.show(figures[word.key])}</td>
                  <td>{intervalText(word, interval)}</td>
                  <td data-align="left" className="truncate text-text3" title={DRAWN[interval.drawn]}>
                    {DRAWN_SHORTLY[interval.drawn]}
                  </td>
                </tr>
              )),
          )}
        </tbody>
      </table>
    </Part>
  );
}

const amount = (value: number): string => `${value > 0 ? '+' : ''}${showFloat(value, 2)}`;
const toneOfAmount = (value: number): string => (value > 0 ? 'text-up' : value < 0 ? 'text-down' : '');
/** `BTC/USDT` of `binance:BTC/USDT`. */
const shortName = (name: string): string => name.slice(name.indexOf(':') + 1);

function ByInstrument({ rows, names }: { rows: LabRunDetail['byInstrument']; names: readonly string[] }) {
  return (
    <Part title="By instrument" about="and side, of closed trades">
      {rows.length === 0 ? (
        <p className="text-text2">No trade was closed.</p>
      ) : (
        <table className="table table-fixed">
          <thead>
            <tr>
              <th data-align="left">Instrument</th>
              <th data-align="left" className="w-[60px]">
                Side
              </th>
              <th className="w-[48px]">Trades</th>
              <th className="w-[46px]">Won</th>
              <th className="w-[76px]">Profit</th>
              <th className="w-[62px]">Fees</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ instrument, side, trades, wins, profitQuote, feesQuote }) => (
              <tr key={`${instrument} ${side}`}>
                <td data-align="left" className="truncate" title={names[instrument]}>
                  {shortName(names[instrument] ?? '')}
                </td>
                <td data-align="left">{side === 'long' ? '▲ long' : '▼ short'}</td>
                <td>{showCount(trades)}</td>
                <td>{showPercent(wins / trades)}</td>
                <td className={toneOfAmount(profitQuote)}>{amount(profitQuote)}</td>
                <td>{showFloat(feesQuote, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  );
}

function ByRegime({ rows }: { rows: LabRunDetail['byRegime'] }) {
  return (
    <Part title="By market" about="by the day before each bar">
      {rows.length === 0 ? (
        <p className="text-text2">Too few bars to tell kinds of market apart.</p>
      ) : (
        <table className="table table-fixed">
          <thead>
            <tr>
              <th data-align="left">Market</th>
              <th className="w-[84px]">Of the time</th>
              <th className="w-[110px]">Profit</th>
              <th className="w-[72px]">Sharpe</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ regime, barsShare, profitQuote, sharpe }) => (
              <tr key={regime}>
                <td data-align="left">{regime}</td>
                <td>{showPercent(barsShare)}</td>
                <td className={toneOfAmount(profitQuote)}>{amount(profitQuote)}</td>
                <td>{showFloat(sharpe, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  );
}

function UnderWater({ underWater: { share, longestMs, drawdowns } }: { underWater: LabRunDetail['underWater'] }) {
  return (
    <Part title="Under water" about={`${showPercent(share)} of the time, ${daysText(longestMs)} at the longest`}>
      {drawdowns.length === 0 ? (
        <p className="text-text2">Equity never fell below an earlier peak.</p>
      ) : (
        <table className="table table-fixed">
          <thead>
            <tr>
              <th className="w-[84px]">Fall</th>
              <th>From</th>
              <th>Deepest</th>
              <th>Back</th>
            </tr>
          </thead>
          <tbody>
            {drawdowns.map(({ fromMs, troughMs, recoveredMs, depthShare }) => (
              <tr key={fromMs}>
                <td className="text-down">{showSignedPercent(-depthShare, 2)}</td>
                <td>{showDay(fromMs)}</td>
                <td>{showDay(troughMs)}</td>
                <td>{recoveredMs === null ? <span title="not by the end">{NONE}</span> : showDay(recoveredMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  );
}

function daysText(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 48 ? `${showFloat(hours, 0)} h` : `${showCount(hours / 24)} days`;
}
