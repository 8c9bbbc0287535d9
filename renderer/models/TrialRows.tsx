/** Settings that a search tried, as they come: the best first, or in the order in which they were tried. */
import { useState } from 'react';
import type { TrainingJob } from '../../preload/models-contract.ts';
import { showFloat } from '../format/number.ts';
import { useModels } from './models-store.ts';
import { trialStanding, trialsInOrder } from './training-words.ts';

type Search = NonNullable<TrainingJob['search']>;

export function TrialRows({ job, search }: { job: TrainingJob; search: Search }) {
  const [isByGain, setByGain] = useState(true);
  const family = useModels((state) => state.catalogue?.families.find(({ name }) => name === job.plan?.family));
  const labelOf = (name: string): string => family?.params.find((each) => each.name === name)?.label ?? name;
  const names = Object.keys(search.trials[0]?.setting ?? {});
  const rows = trialsInOrder(search.trials, isByGain);
  const best = trialsInOrder(search.trials, true)[0];
  return (
    <section aria-label="Trials" className="flex min-h-0 flex-1 flex-col">
      <header className="flex items-center gap-3 pb-1">
        <h3 className="font-semibold">Trials</h3>
        <span className="text-text3">{trialStanding(search)}</span>
        <button type="button" className="button button-quiet ml-auto" onClick={() => setByGain(!isByGain)}>
          {isByGain ? 'Best first' : 'As tried'}
        </button>
      </header>
      {rows.length === 0 ? (
        <p className="text-text2">None has ended yet.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
        <section className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Settings that were tried">
          <table className="trial-rows">
            <thead>
              <tr>
                <th>Trial</th>
                <th data-align="left">
                  <span className="sr-only">How it stands</span>
                </th>
                <th title="loss that it saves on the naive answer, per question">Gain</th>
                <th title="Sharpe ratio of a year, after costs, on the time searched">Sharpe</th>
                {names.map((name) => (
                  <th key={name}>{labelOf(name)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((trial) => (
                <tr key={trial.number} data-best={trial === best}>
                  <td className="text-text3">{trial.number + 1}</td>
                  <td data-align="left" className="text-text3" title={trial.why}>
                    {trial === best && trial.state === 'done'
                      ? '● best'
                      : { done: '', pruned: '◌ given up early', failed: '✕ failed' }[trial.state]}
                  </td>
                  <td className="font-semibold">{showFloat(trial.gain, 5)}</td>
                  <td>{showFloat(trial.sharpe, 2)}</td>
                  {names.map((name) => (
                    <td key={name}>{Number((trial.setting[name] ?? Number.NaN).toPrecision(3))}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
