/** A version's place among the others: its weight, how it does live, what it has to show, and the way back. */
import { useState } from 'react';
import type { Model } from '../../preload/contract.ts';
import { realMinus, showFloat, showPercent } from '../format/number.ts';
import { changeEnsemble, promoteModel, rollbackModel } from '../stores/actions.ts';
import { ConfirmButton } from './ConfirmButton.tsx';

type Standing = NonNullable<Model['standing']>;

const COIN_LOSS = Math.LN2;
/** Factors that a person may set; the empty one leaves it to the record. */
const HAND_WEIGHTS = [
  ['', 'by its record'],
  ['0', 'silenced'],
  ['0.5', '× 0.5'],
  ['1', '× 1'],
  ['2', '× 2'],
] as const;

export function ModelPlace({ model, standing }: { model: Model; standing: Standing }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const act = (outcome: Promise<string | null>): void => {
    setBusy(true);
    void outcome.then((error) => {
      setBusy(false);
      setRefusal(error);
    });
  };
  const isReady = standing.gate.every(({ passed }) => passed);
  return (
    <div className="mt-1 border-t border-line pt-1 text-[11px]">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-text3">
        {standing.role === 'shadow' ? (
          <span className="text-text2">Scored beside what trades; no vote</span>
        ) : (
          <HandWeight model={model} standing={standing} onSet={act} />
        )}
        <LiveScore standing={standing} />
        {standing.cacheHitShare === null ? null : <span>known answers {showPercent(standing.cacheHitShare)}</span>}
        {standing.open ? null : <span>rests on disk</span>}
        {standing.rollbackTo === null ? null : (
          <RollBack
            model={model}
            to={standing.rollbackTo.version}
            isBusy={isBusy}
            onYes={() => act(rollbackModel(model.name))}
          />
        )}
        {standing.role === 'shadow' ? (
          <ConfirmButton
            text="Promote"
            question={`${model.label} ${model.version} votes from the next answer on, and can be rolled back.`}
            yes="Promote it"
            disabled={isBusy || !isReady}
            title={isReady ? 'It takes over without missing a candle' : 'It has not shown all that it must'}
            onYes={() => act(promoteModel(model.name, model.version))}
          />
        ) : null}
      </div>
      {standing.gate.length > 0 ? <Gate gate={standing.gate} /> : null}
      {refusal === null ? null : (
        <p role="alert" className="mt-1 text-down">
          {refusal}
        </p>
      )}
    </div>
  );
}

function RollBack(props: {
  readonly model: Model;
  readonly to: string | null;
  readonly isBusy: boolean;
  readonly onYes: () => void;
}) {
  const { model, to, isBusy, onYes } = props;
  return (
    <ConfirmButton
      text={to === null ? 'Take it out of the vote' : `Roll back to ${to}`}
      question={
        to === null ? `Nothing of its name votes then; ${model.version} is scored on.` : `${to} votes again, at once.`
      }
      yes={to === null ? 'Take it out' : 'Roll back'}
      disabled={isBusy}
      title={
        to === null
          ? 'It is the first of its name: nothing takes its place'
          : `${to} traded before; it is loaded, then takes over without missing a candle`
      }
      onYes={onYes}
    />
  );
}

function Gate({ gate }: { gate: Standing['gate'] }) {
  return (
    <ul aria-label="What it must show to trade" className="mt-1 leading-[16px]">
      {gate.map(({ name, passed, text }) => (
        <li key={name} className="flex gap-2">
          <span className={passed ? 'text-up' : 'text-down'}>{passed ? '✓' : '✗'}</span>
          <span className="w-[70px] shrink-0 text-text2">{name}</span>
          <span className="text-text3">{realMinus(text)}</span>
        </li>
      ))}
    </ul>
  );
}

function LiveScore({ standing: { score } }: { standing: Standing }) {
  if (score === null) return <span>not scored live yet</span>;
  return (
    <span title={`Logarithmic loss in nats, ${showFloat(COIN_LOSS, 4)} for a coin; older forecasts weigh less`}>
      live, {score.settled} settled: loss <b className="font-normal text-text1">{showFloat(score.logLoss, 4)}</b>, Brier{' '}
      <b className="font-normal text-text1">{showFloat(score.brier, 3)}</b>, right{' '}
      <b className="font-normal text-text1">{showPercent(score.rightShare)}</b>
    </span>
  );
}

function HandWeight({
  model,
  standing,
  onSet,
}: {
  model: Model;
  standing: Standing;
  onSet: (outcome: Promise<string | null>) => void;
}) {
  const set = (value: string): void => {
    onSet(changeEnsemble({ weights: { [model.name]: value === '' ? null : Number(value) } }));
  };
  const byHand = standing.byHand === null ? '' : String(standing.byHand);
  const known = HAND_WEIGHTS.some(([value]) => value === byHand);
  return (
    <span className="flex items-center gap-1 whitespace-nowrap">
      <span>trust</span>
      <b className="font-normal text-text1">× {showFloat(standing.trust ?? 1, 2)}</b>
      <select
        className="field h-[20px] w-auto py-0 text-left text-[11px]"
        aria-label={`Trust in ${model.label}`}
        value={byHand}
        onChange={(event) => set(event.target.value)}
      >
        {known ? null : <option value={byHand}>× {byHand}</option>}
        {HAND_WEIGHTS.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}
