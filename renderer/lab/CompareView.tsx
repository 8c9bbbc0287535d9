/** Up to eight runs beside each other: their returns in one chart, their figures in one table, the best of each marked. */
import { useEffect, useMemo } from 'react';
import type { LabRun, RunFigures } from '../../preload/lab-contract.ts';
import { Empty } from '../panels/Panel.tsx';
import { type ComparedLine, createCompareChart } from './compare-chart.ts';
import { bestOf, COMPARED_FIGURES } from './figures.ts';
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
  if (answer.state === 'loading') return <div className="flex-1" aria-busy="true" />;
  const compared = answer.value.flatMap((each, at) => {
    const run = runs.find(({ id }) => id === each.runId);
    return run ? [{ ...each, run, letter: LETTERS[at] ?? '', colour: COLOURS[at] ?? '' }] : [];
  });
  return (
    <>
      <CompareLines lines={compared} />
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
                  <span className="truncate">{sourceText(run.plan)}</span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
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
