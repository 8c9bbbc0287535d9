/** Up to eight runs beside each other: their returns in one chart, their figures in one table, the best of each marked. */
import { useEffect, useMemo } from 'react';
import type { AbTest, LabRun, RunFigures } from '../../preload/lab-contract.ts';
import { NONE, showPercent } from '../format/number.ts';
import { Empty } from '../panels/Panel.tsx';
import { abText, basisPoints, isTold } from './ab-words.ts';
import { type ComparedLine, createCompareChart } from './compare-chart.ts';
import { bestOf, COMPARED_FIGURES, type FigureWord } from './figures.ts';
import { DRAWN, intervalOf, intervalText } from './intervals.ts';
import { useLab } from './lab-store.ts';
import { differingParams, LETTERS, paramsText, sourceText } from './run-words.ts';
import { useAnswer } from './use-answer.ts';
import { useChart } from './use-chart.ts';

const NO_RUNS: readonly LabRun[] = [];

/** As the list's letters have them. */
const COLOURS = ['#56b4e9', '#e69f00', '#009e73', '#cc79a7', '#f0e442', '#d55e00', '#8da0cb', '#a6a6a6'];

export function CompareView() {
  const ids = useLab((state) => state.comparedIds);
  const runs = useLab((state) => state.runs ?? NO_RUNS);
  const key = ids.join(' ');
  const answer = useAnswer(`compare ${key}`, (client) => client.labCompare({ runIds: [...ids] }));
  if (answer.state === 'failed') return <Empty title="Nothing to compare">{answer.text}</Empty>;
  if (answer.state === 'loading')
    return (
      <div className="empty flex-1" aria-busy="true">
        Comparing, day by day…
      </div>
    );
  const compared = answer.value.flatMap((each, at) => {
    const run = runs.find(({ id }) => id === each.runId);
    return run ? [{ ...each, run, letter: LETTERS[at] ?? '', colour: COLOURS[at] ?? '' }] : [];
  });
  return (
    <>
      <CompareLines lines={compared} />
      <BesideFirst compared={compared} />
      <CompareTable compared={compared} />
    </>
  );
}

function CompareLines({ lines }: { lines: readonly ComparedLine[] }) {
  const [host, chart] = useChart(createCompareChart);
  const key = lines.map(({ letter, timeMs }) => `${letter}${timeMs.length}`).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when the lines are others
  const held = useMemo(() => lines, [key]);
  useEffect(() => chart.current?.setLines(held), [chart, held]);
  return (
    <div className="relative min-h-0 flex-1" role="img" aria-label={`Returns of ${lines.length} runs`}>
      <div ref={host} className="absolute inset-0" data-testid="compare-chart" data-lines={lines.length} />
    </div>
  );
}

interface Compared {
  readonly run: LabRun;
  readonly letter: string;
  readonly figures: RunFigures;
  readonly ab: AbTest | null;
}

function CompareTable({ compared }: { compared: readonly Compared[] }) {
  const params = differingParams(compared.map(({ run }) => run.plan));
  const all = compared.map(({ figures }) => figures);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-label="Figures compared" tabIndex={0} className="h-[52%] shrink-0 overflow-auto border-t border-line">
      <table className="table table-fixed">
        <thead>
          <tr>
            <th data-align="left" className="w-[104px]">
              Figure
            </th>
            {compared.map(({ run, letter }) => (
              <th key={run.id} title={paramsText(run.plan)}>
                <span className="flex items-center justify-end gap-1.5" data-letter={letter}>
                  <span className="run-letter" data-on="true">
                    {letter}
                  </span>
                  <span className="truncate">{run.title}</span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <td data-align="left" className="text-text2">
              Candles
            </td>
            {compared.map(({ run }) => (
              <td key={run.id} className="truncate text-text2" title={sourceText(run.plan)}>
                {sourceText(run.plan)}
              </td>
            ))}
          </tr>
          <tr>
            <td data-align="left" className="text-text2">
              Parameters
            </td>
            {compared.map(({ run }, at) => (
              <td key={run.id} className="truncate text-text2" title={paramsText(run.plan)}>
                {params[at]}
              </td>
            ))}
          </tr>
          <AbRows compared={compared} />
          {COMPARED_FIGURES.map((word) => {
            const best = bestOf(word, all);
            return (
              <tr key={word.key}>
                <td data-align="left" className="text-text2" title={word.about}>
                  {word.label}
                </td>
                {compared.map(({ run, figures }, at) => (
                  <td key={run.id} className={at === best ? 'font-semibold' : ''}>
                    {at === best ? (
                      <>
                        <span aria-hidden="true" className="mr-1 text-text3">
                          ◆
                        </span>
                        <span className="sr-only">best: </span>
                      </>
                    ) : null}
                    {word.show(figures[word.key])}
                    <IntervalOf word={word} run={run} />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function IntervalOf({ word, run }: { word: FigureWord; run: LabRun }) {
  const interval = intervalOf(run.intervals, word.key);
  if (!interval) return null;
  return (
    <span
      className="block truncate text-[10.5px] font-normal leading-[13px] text-text3"
      title={`95 %: ${DRAWN[interval.drawn]}`}
    >
      {intervalText(word, interval)}
    </span>
  );
}

/** Whether each run did better than the first, in words. */
function BesideFirst({ compared }: { compared: readonly Compared[] }) {
  const told = compared.filter(({ ab }) => ab !== null);
  const first = compared[0]?.letter ?? '';
  if (told.length === 0) return null;
  return (
    <ul aria-label={`Beside ${first}`} className="shrink-0 select-text border-t border-line px-3 py-1.5">
      {told.map(({ run, letter, ab }) => (
        <li key={run.id} className="leading-[17px] text-text2">
          <strong className="text-text1">
            {letter} beside {first}:
          </strong>{' '}
          {abText(ab!, letter, first)}
        </li>
      ))}
    </ul>
  );
}

function AbRows({ compared }: { compared: readonly Compared[] }) {
  if (compared.every(({ ab }) => ab === null)) return null;
  return (
    <>
      <tr>
        <td data-align="left" className="text-text2" title="mean of the days that both have, and its middle 95 %">
          A day more
        </td>
        {compared.map(({ run, ab }) => (
          <td key={run.id}>
            {ab ? basisPoints(ab.meanDifferenceShare) : NONE}
            {ab?.low == null || ab.high === null ? null : (
              <span className="block truncate text-[10.5px] leading-[13px] text-text3">
                {basisPoints(ab.low)} to {basisPoints(ab.high)}
              </span>
            )}
          </td>
        ))}
      </tr>
      <tr>
        <td
          data-align="left"
          className="text-text2"
          title="how often chance alone would show as much, held to the number of runs"
        >
          By chance
        </td>
        {compared.map(({ run, ab }) => (
          <td key={run.id} className={ab && isTold(ab) ? 'font-semibold' : ''}>
            {ab ? (ab.low === null ? NONE : showPercent(ab.pValue, 1)) : NONE}
          </td>
        ))}
      </tr>
    </>
  );
}
