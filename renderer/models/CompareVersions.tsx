/** Versions side by side: the verdict and every figure with its interval, how they do live, what they were trained on, and what they live by. */
import type { Model } from '../../preload/contract.ts';
import type { ModelVersion } from '../../preload/models-contract.ts';
import { NONE, showCount, showFloat, showPercent } from '../format/number.ts';
import { LETTERS, paramWords } from '../lab/run-words.ts';
import { Empty } from '../panels/Panel.tsx';
import { useDesk } from '../stores/desk-store.ts';
import { CompareCurves } from './CompareCurves.tsx';
import { CompareImportance } from './CompareImportance.tsx';
import './compare.css';
import { aheadIn, factRows, spanText, whyNotRanked } from './compare-words.ts';
import { useModels } from './models-store.ts';
import { EDGES, showFigure } from './training-words.ts';

const NONE_SERVED: readonly Model[] = [];

export function CompareVersions() {
  const ids = useModels((state) => state.comparedIds);
  const versions = useModels((state) => state.versions);
  const compared = ids.flatMap((id) => versions.find((version) => version.id === id) ?? []);
  if (compared.length < 2) return <Empty title="Pick two or more by their letters on the right" />;
  const notRanked = whyNotRanked(compared);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <section className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Versions side by side">
      <p role="note" className="border-b border-line px-3 py-1.5 leading-[17px] text-text2">
        {notRanked === '' ? (
          <>
            One is marked <b className="text-text1">●</b> in a figure only where its interval lies beyond all the
            others’.
          </>
        ) : (
          <>
            <span aria-hidden="true" className="text-seal-text">
              ▲{' '}
            </span>
            {notRanked}
          </>
        )}
      </p>
      <FiguresTable compared={compared} isRanked={notRanked === ''} />
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-6 p-3">
        <CompareCurves versions={compared} />
        <CompareImportance versions={compared} />
      </div>
    </section>
  );
}

interface Cell {
  readonly text: string;
  /** Below it, smaller. */
  readonly below?: string;
  readonly isAhead?: boolean;
}

function FiguresTable({ compared, isRanked }: { compared: readonly ModelVersion[]; isRanked: boolean }) {
  const served = useDesk((desk) => desk.models, NONE_SERVED);
  const models = compared.map(({ name, version }) =>
    served.find((each) => each.name === name && each.version === version),
  );
  const names = [...new Set(compared.flatMap(({ report }) => report.figures.map(({ name }) => name)))];
  const words = (name: string, texts: readonly (string | null)[]) => (
    <Line key={name} name={name} cells={texts.map((text) => ({ text: text ?? NONE }))} isProse />
  );
  return (
    <table className="compare-rows" aria-label="Figures side by side">
      <thead>
        <tr>
          <th scope="col">
            <span className="sr-only">Of</span>
          </th>
          {compared.map(({ id, title }, at) => (
            <th key={id} scope="col">
              <span className="compare-letter" data-letter={LETTERS[at]}>
                {LETTERS[at]}
              </span>{' '}
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Line
          name="Verdict"
          cells={compared.map(({ report }) => ({ text: `${EDGES[report.edge].sign} ${EDGES[report.edge].word}` }))}
        />
        <Part title="On times it had not seen" columns={compared.length} />
        {names.map((name) => (
          <Line key={name} name={name} cells={figureCells(compared, name, isRanked)} />
        ))}
        <Line
          name="Questions worth"
          cells={compared.map(({ report }) => ({ text: showCount(Math.round(report.independent)) }))}
        />
        <Part title="Live" columns={compared.length} />
        <Line name="Place" cells={models.map(placeCell)} />
        <Line
          name="Loss, nats"
          cells={models.map((model) => liveCell(model, ({ logLoss }) => showFloat(logLoss, 4)))}
        />
        <Line name="Brier" cells={models.map((model) => liveCell(model, ({ brier }) => showFloat(brier, 4)))} />
        <Line
          name="Right"
          cells={models.map((model) => liveCell(model, ({ rightShare }) => showPercent(rightShare, 1)))}
        />
        <Part title="How it came about" columns={compared.length} />
        {words(
          'Trained on',
          compared.map(({ report }) => spanText(report.spans, 'training')),
        )}
        {words(
          'Tested on',
          compared.map(({ report }) => spanText(report.spans, 'tested')),
        )}
        {words(
          'Question',
          compared.map(({ question }) => question),
        )}
        {words(
          'Candles',
          compared.map(({ timeframe }) => timeframe),
        )}
        {factRows(compared).map(({ name, texts }) =>
          words(
            name,
            texts.map((text) => (text !== null && name === 'Settings' ? paramWords(text) : text)),
          ),
        )}
      </tbody>
    </table>
  );
}

function Part({ title, columns }: { title: string; columns: number }) {
  return (
    <tr className="compare-part">
      <th scope="rowgroup" colSpan={columns + 1}>
        {title}
      </th>
    </tr>
  );
}

/** Quiet where all say the same, so that what differs is seen. */
function Line({ name, cells, isProse = false }: { name: string; cells: readonly Cell[]; isProse?: boolean }) {
  const isSame = new Set(cells.map(({ text }) => text)).size === 1;
  const hasBelow = cells.some(({ below }) => below !== undefined && below !== '');
  return (
    <tr data-same={isSame} data-prose={isProse}>
      <th scope="row">{name}</th>
      {cells.map(({ text, below, isAhead }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column's place is what it is
        <td key={at} data-ahead={isAhead}>
          {isAhead ? (
            <>
              <span aria-hidden="true">● </span>
              <span className="sr-only">ahead: </span>
            </>
          ) : null}
          {text}
          {hasBelow ? <small>{below}</small> : null}
        </td>
      ))}
    </tr>
  );
}

function figureCells(compared: readonly ModelVersion[], name: string, isRanked: boolean): readonly Cell[] {
  const figures = compared.map(({ report }) => report.figures.find((each) => each.name === name));
  const ahead = isRanked ? aheadIn(figures) : null;
  return figures.map((figure, at): Cell => {
    if (!figure) return { text: NONE, below: '' };
    const { value, interval } = figure;
    const below = interval ? `${showFigure(interval.low, figure)} to ${showFigure(interval.high, figure)}` : '';
    return { text: showFigure(value, figure), below, isAhead: ahead === at };
  });
}

function placeCell(model: Model | undefined): Cell {
  if (!model?.standing) return { text: 'not served' };
  return { text: model.standing.role === 'vote' ? 'votes' : 'shadow' };
}

type Score = NonNullable<NonNullable<Model['standing']>['score']>;

function liveCell(model: Model | undefined, of: (score: Score) => string): Cell {
  const score = model?.standing?.score;
  if (!score) return { text: NONE, below: model?.standing ? 'none settled' : '' };
  return { text: of(score), below: `${showCount(score.settled)} settled` };
}
