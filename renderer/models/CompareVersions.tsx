/** Versions side by side: the verdict first, then every figure that one of them has. */
import type { ModelVersion } from '../../preload/models-contract.ts';
import { showCount } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { LETTERS } from '../lab/run-words.ts';
import { Empty } from '../panels/Panel.tsx';
import { useModels } from './models-store.ts';
import { EDGES, showFigure } from './training-words.ts';

export function CompareVersions() {
  const ids = useModels((state) => state.comparedIds);
  const versions = useModels((state) => state.versions);
  const compared = ids.flatMap((id) => versions.find((version) => version.id === id) ?? []);
  if (compared.length < 2) return <Empty title="Pick two or more by their letters on the right" />;
  const names = [...new Set(compared.flatMap(({ report }) => report.figures.map(({ name }) => name)))];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <section className="min-h-0 flex-1 overflow-auto p-3" tabIndex={0} aria-label="Versions side by side">
      <table>
        <thead>
          <tr>
            <th scope="col">Of</th>
            {compared.map(({ id, title }, at) => (
              <th key={id} scope="col" className="!whitespace-normal align-bottom">
                <b className="text-text1">{LETTERS[at]}</b> {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Line name="Verdict" cells={compared.map(({ report }) => EDGES[report.edge].word)} />
          {names.map((name) => (
            <Line key={name} name={name} cells={compared.map((version) => cellOf(version, name))} />
          ))}
          <Line
            name="Questions worth"
            cells={compared.map(({ report }) => showCount(Math.round(report.independent)))}
          />
          <Line
            name="Tested until"
            cells={compared.map(({ report }) => showDay(Math.max(...report.spans.map(({ toMs }) => toMs))))}
          />
          <Line name="Features" cells={compared.map(({ features }) => showCount(features))} />
        </tbody>
      </table>
      <p className="pt-2 text-[11px] leading-[15px] text-text3">
        Figures of other questions, candles or times cannot be ranked against each other: a version is better only where
        all of these are the same.
      </p>
    </section>
  );
}

function Line({ name, cells }: { name: string; cells: readonly string[] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {cells.map((cell, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column's place is what it is
        <td key={at}>{cell}</td>
      ))}
    </tr>
  );
}

function cellOf({ report }: ModelVersion, name: string): string {
  const figure = report.figures.find((each) => each.name === name);
  if (!figure) return '–';
  const { value, interval } = figure;
  const drawn = interval ? ` (${showFigure(interval.low, figure)} to ${showFigure(interval.high, figure)})` : '';
  return `${showFigure(value, figure)}${drawn}`;
}
