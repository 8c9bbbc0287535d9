/** How far each model is from what it was when it was trained: its inputs, its answers, its licence, and what follows of it. */
import { useId } from 'react';
import type { DriftBoard as Drift, WatchedModel } from '../../preload/boards-contract.ts';
import { featuresInWords, featureWords } from '../format/feature-words.ts';
import { NONE, realMinus, showCount, showFloat, showPercent } from '../format/number.ts';
import { showClock, showDay } from '../format/time.ts';
import { engineNowMs, instrumentOf } from '../stores/desk-store.ts';
import { BoardOpener } from './BoardOpener.tsx';
import { BoardState } from './BoardState.tsx';
import { chooseOnBoard, useBoardChoice } from './board-store.ts';
import { intervalText } from './board-words.ts';
import './boards.css';
import { bandWords, besideCard, coverageMark, licenceMark, type Mark, standingOf, whatFollows } from './drift-words.ts';
import { FeatureShifts } from './FeatureShifts.tsx';
import { InstrumentChoice, useBoardInstrument } from './InstrumentChoice.tsx';
import { useBoard } from './use-board.ts';

const symbolOf = (instrumentId: string): string => instrumentOf(instrumentId)?.symbol ?? instrumentId;

export function DriftBoard() {
  const instrumentId = useBoardInstrument();
  const board = useBoard(instrumentId, (client) => client.driftBoard({ instrumentId: instrumentId! }));
  return (
    <section className="flex min-h-0 flex-1 flex-col" aria-label="Drift">
      <div className="flex shrink-0 items-center gap-3 border-b border-line px-3 py-1.5">
        <InstrumentChoice />
      </div>
      <BoardState board={board} loading="Looking at the models…">
        {(value) => <Watched board={value} />}
      </BoardState>
    </section>
  );
}

function Watched({ board }: { board: Drift }) {
  if (board.models.length === 0) {
    return (
      <div className="empty">
        <strong>No model is served</strong>
        <p>What votes or is scored beside what votes is watched here.</p>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <section className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Models watched">
      <table className="board-rows drift-rows" aria-label="Drift of models">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" data-align="left">
              Stands
            </th>
            <th scope="col" title="Population stability index of the input nearest to its limit, or furthest beyond it">
              Worst input
            </th>
            <th scope="col" title="Logarithmic loss in nats: live, and out of sample by its card">
              Loss, live / card
            </th>
            <th scope="col" title="Brier score: live, and out of sample by its card">
              Brier, live / card
            </th>
            <th scope="col" data-align="left">
              Licence
            </th>
          </tr>
        </thead>
        <tbody>
          {board.models.map((model) => (
            <ModelRows key={`${model.model}@${model.version}`} model={model} board={board} />
          ))}
        </tbody>
      </table>
      <p className="px-3 py-2 text-[11px] leading-[15px] text-text3">
        Losses are in nats a forecast. Intervals are the middle 95 % when whole blocks of hours are drawn anew. Inputs
        are those of {symbolOf(board.instrumentId)}. Looked at {showClock(board.atMs)} UTC.
      </p>
    </section>
  );
}

function Marked({ mark: { sign, word, tone } }: { mark: Mark }) {
  return (
    <span className={tone}>
      {sign === '' ? null : <span aria-hidden="true">{sign} </span>}
      {word}
    </span>
  );
}

function ModelRows({ model, board }: { model: WatchedModel; board: Drift }) {
  const key = `${model.model}@${model.version}`;
  const isOpen = useBoardChoice(({ openModel }) => openModel === key);
  const panelId = useId();
  const { worst, live, card } = model;
  return (
    <>
      <tr data-watched={key} data-open={isOpen}>
        <BoardOpener
          label={model.label}
          role={model.role}
          timeframe={model.timeframe}
          isOpen={isOpen}
          panelId={panelId}
          onToggle={() => chooseOnBoard({ openModel: isOpen ? null : key })}
        />
        <td data-align="left">
          <Marked mark={standingOf(model)} />
          <small>{model.inInstruments.map(({ instrumentId }) => symbolOf(instrumentId)).join(', ')}</small>
        </td>
        <td>
          {worst === null ? NONE : `${showFloat(worst.psi, 2)} of ${showFloat(worst.psiLimit, 2)}`}
          <small title={worst ? featureWords(worst.feature) : undefined}>
            {worst === null
              ? `${showCount(model.rows)} of ${showCount(model.windowBars)} candles`
              : featureWords(worst.feature)}
          </small>
        </td>
        <td>
          {live === null ? NONE : showFloat(live.logLoss.value, 4)} / {showFloat(card.logLoss, 4)}
          <small>
            <Marked mark={besideCard(live?.logLoss ?? null, card.logLoss, 'less')} />
          </small>
        </td>
        <td>
          {live === null ? NONE : showFloat(live.brier.value, 4)} / {showFloat(card.brier, 4)}
          <small>
            <Marked mark={besideCard(live?.brier ?? null, card.brier, 'less')} />
          </small>
        </td>
        <td data-align="left" title={`Until ${showDay(model.licensedUntilMs)}: from then on it abstains`}>
          <Marked mark={licenceMark(model.licensedUntilMs, engineNowMs())} />
        </td>
      </tr>
      {isOpen ? (
        <tr className="board-detail">
          <td id={panelId} colSpan={6}>
            <ModelDetail model={model} board={board} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function ModelDetail({ model, board }: { model: WatchedModel; board: Drift }) {
  return (
    <section aria-label={`Drift of ${model.label}`} className="flex flex-col gap-3">
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-6">
        <section aria-label="What follows" className="min-w-0 select-text leading-[17px]">
          <h3 className="font-semibold">What follows</h3>
          {whatFollows(model, symbolOf).map((sentence) => (
            <p key={sentence}>{featuresInWords(realMinus(sentence))}</p>
          ))}
          <Answers model={model} />
        </section>
        <Coverage said={model.said} />
      </div>
      <FeatureShifts model={model} instrumentId={board.instrumentId} symbol={symbolOf(board.instrumentId)} />
    </section>
  );
}

function Answers({ model: { answers, live, card } }: { model: WatchedModel }) {
  return (
    <p className="text-text2">
      {answers === null
        ? 'It is not loaded: nothing is asked of it.'
        : `${showCount(answers.given)} answers this session, ${answers.failed === 0 ? 'none' : showCount(answers.failed)} missing.`}
      {live === null
        ? ''
        : ` Right live in ${showPercent(live.right.value, 1)} of ${showCount(live.right.n)}${card.right === null ? '' : `, on its card in ${showPercent(card.right, 1)}`}.`}
    </p>
  );
}

function Coverage({ said }: { said: WatchedModel['said'] }) {
  return (
    <section aria-label="Said and came" className="min-w-0">
      <h3 className="font-semibold">
        Coverage <span className="font-normal text-text3">how often the side came that it had called likelier</span>
      </h3>
      {said.length === 0 ? (
        <p className="text-text2">No forecast is settled yet: the first are after the life of one.</p>
      ) : (
        <table className="mt-1">
          <thead>
            <tr>
              <th scope="col">Said</th>
              <th scope="col">On average</th>
              <th scope="col">Came</th>
              <th scope="col">95 %</th>
              <th scope="col">Of</th>
              <th scope="col" data-align="left">
                So
              </th>
            </tr>
          </thead>
          <tbody>
            {said.map(({ from, said: mean, came }) => (
              <tr key={from}>
                <td>{bandWords(from)}</td>
                <td>{showPercent(mean, 1)}</td>
                <td className="font-semibold">{showPercent(came.value, 1)}</td>
                <td className="text-text2">{intervalText(came, (share) => showFloat(100 * share, 1)) || NONE}</td>
                <td>{showCount(came.n)}</td>
                <td data-align="left">
                  <Marked mark={coverageMark(mean, came)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
