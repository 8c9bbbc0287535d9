/** The data set of the form on the left: how much there is, what it is worth, its balance, its features, and whether it leaks. */
import { useMemo, useState } from 'react';
import type { DataSetView } from '../../preload/models-contract.ts';
import { featureWords } from '../format/feature-words.ts';
import { showCount, showFloat, showPercent } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { useAnswer } from '../lab/use-answer.ts';
import { Empty } from '../panels/Panel.tsx';
import { useDraft } from './draft-store.ts';
import { useFormula, useModels } from './models-store.ts';
import { firstInstrument } from './TrainingSetUp.tsx';
import { dataPlanOf, draftFor } from './training-draft.ts';
import { driftWord } from './training-words.ts';

export function DataExplorer() {
  const catalogue = useModels((state) => state.catalogue);
  const draft = useDraft();
  const planned = useMemo(
    () => (catalogue ? dataPlanOf(draft ?? draftFor(catalogue, firstInstrument()), catalogue) : null),
    [catalogue, draft],
  );
  const plan = planned?.ok ? planned.plan : null;
  const [attempt, setAttempt] = useState(0);
  const loaded = useAnswer(plan ? `${attempt} ${JSON.stringify(plan)}` : null, (client) => client.exploreData(plan!));
  if (!plan) return <Empty title="Say on the left which candles and which question" />;
  if (loaded.state === 'loading') return <Empty title="Making the data set and looking for leaks…" />;
  if (loaded.state === 'failed') {
    return (
      <div className="empty">
        <strong>There is no such data set</strong>
        <p role="alert" className="max-w-[460px] select-text">
          {loaded.text}
        </p>
        <button type="button" className="button mt-2" onClick={() => setAttempt(attempt + 1)}>
          Look again
        </button>
      </div>
    );
  }
  return <Explored view={loaded.value} />;
}

function Explored({ view }: { view: DataSetView }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <section className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Data set">
      <Audit leaks={view.leaks} />
      <div className="grid grid-cols-2 gap-6 p-3">
        <Size view={view} />
        <Balance view={view} />
      </div>
      <Features features={view.features} />
    </section>
  );
}

function Audit({ leaks }: { leaks: readonly string[] }) {
  const isClean = leaks.length === 0;
  return (
    <section
      aria-label="Leakage audit"
      className={`border-b border-l-2 border-b-line px-3 py-2 ${isClean ? 'border-l-up' : 'border-l-down'}`}
    >
      <p className="text-[14px] font-semibold leading-5">
        <span aria-hidden="true" className={`mr-1.5 ${isClean ? 'text-up' : 'text-down'}`}>
          {isClean ? '●' : '✕'}
        </span>
        {isClean ? 'No leak found' : 'It leaks: nothing is trained on it'}
      </p>
      {isClean ? (
        <p className="leading-[17px] text-text2">
          With another future after some candle no feature changes; on a random walk no feature tells the answer.
        </p>
      ) : (
        leaks.map((leak) => (
          <p key={leak} className="select-text leading-[17px]">
            {leak}
          </p>
        ))
      )}
    </section>
  );
}

function Size({ view }: { view: DataSetView }) {
  return (
    <section aria-label="Size" className="min-w-0">
      <h3 className="font-semibold">
        {showCount(view.samples)} questions{' '}
        <span className="font-normal text-text3">
          worth {showCount(view.effectiveSamples)}, for their answers overlap
        </span>
      </h3>
      <p className="text-text2">
        {showMoment(view.fromMs)} to {showMoment(view.toMs)} UTC
      </p>
      <table className="mt-1">
        <thead>
          <tr>
            <th scope="col">Instrument</th>
            <th scope="col">Candles</th>
            <th scope="col">Missing</th>
            <th scope="col">Questions</th>
          </tr>
        </thead>
        <tbody>
          {view.instruments.map(({ instrument, bars, missingBars, samples }) => (
            <tr key={instrument}>
              <td>{instrument.slice(instrument.indexOf(':') + 1)}</td>
              <td>{showCount(bars)}</td>
              <td>{showCount(missingBars)}</td>
              <td>{showCount(samples)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Balance({ view: { classes, values } }: { view: DataSetView }) {
  return (
    <section aria-label="Answers" className="min-w-0">
      <h3 className="font-semibold">
        Answers{' '}
        <span className="font-normal text-text3">{values ? 'values' : 'in all, and in each third of the time'}</span>
      </h3>
      {values ? (
        <p className="text-text2">
          mean {showFloat(values.mean, 3)}, deviation {showFloat(values.deviation, 3)}
        </p>
      ) : (
        <table className="mt-1">
          <thead>
            <tr>
              <th scope="col">Answer</th>
              <th scope="col">All</th>
              <th scope="col">First</th>
              <th scope="col">Second</th>
              <th scope="col">Third</th>
            </tr>
          </thead>
          <tbody>
            {classes.map(({ name, share, thirds }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="font-semibold">{showPercent(share, 1)}</td>
                {thirds.map((third, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a third's place is what it is
                  <td key={at} className="text-text2">
                    {showPercent(third, 1)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

type Feature = DataSetView['features'][number];

function Features({ features }: { features: readonly Feature[] }) {
  const [order, setOrder] = useState<'drift' | 'set'>('drift');
  const formulaOf = useFormula();
  const shown = order === 'set' ? features : [...features].sort((a, b) => b.drift - a.drift);
  return (
    <section aria-label="Features" className="px-3 pb-3">
      <div className="flex items-baseline gap-3">
        <h3 className="font-semibold">
          {features.length} features{' '}
          <span className="font-normal text-text3">
            ━ first third of the time, ╌ last; drift is the stability index
          </span>
        </h3>
        <button
          type="button"
          className="button button-quiet ml-auto"
          aria-pressed={order === 'drift'}
          onClick={() => setOrder(order === 'drift' ? 'set' : 'drift')}
        >
          {order === 'drift' ? 'most drift first' : 'as in the set'}
        </button>
      </div>
      <table className="mt-1">
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Distribution</th>
            <th scope="col">Mean</th>
            <th scope="col">Deviation</th>
            <th scope="col">Missing</th>
            <th scope="col">Drift</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((feature) => (
            <tr key={feature.name}>
              <td title={formulaOf(feature.name)}>{featureWords(feature.name)}</td>
              <td>
                <Distribution feature={feature} />
              </td>
              <td>{showFloat(feature.mean, placesOf(feature))}</td>
              <td>{showFloat(feature.deviation, placesOf(feature))}</td>
              <td>{showPercent(feature.missingShare, 1)}</td>
              <td className="font-semibold">{showFloat(feature.drift, 3)}</td>
              <td className="text-text2">{driftWord(feature.drift)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Decimals that show three figures of its deviation. */
const placesOf = ({ deviation }: Feature): number =>
  Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(Math.max(deviation ?? 1, 1e-8)))));

const [WIDTH, HEIGHT] = [150, 20];

function Distribution({ feature: { name, first, last } }: { feature: Feature }) {
  const line = (counts: readonly number[]): string => {
    const most = Math.max(1, ...counts);
    const step = WIDTH / Math.max(1, counts.length - 1);
    return counts
      .map((count, at) => `${(at * step).toFixed(1)},${(HEIGHT - (count / most) * HEIGHT).toFixed(1)}`)
      .join(' ');
  };
  return (
    <svg
      viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
      width={WIDTH}
      height={HEIGHT + 2}
      role="img"
      aria-label={`Distribution of ${featureWords(name)}`}
      className="ml-auto"
    >
      <polyline points={line(first)} fill="none" stroke="var(--info)" />
      <polyline points={line(last)} fill="none" stroke="var(--seal)" strokeDasharray="3 2" />
    </svg>
  );
}
