/** What a search tried, what its best one came to on time that no trial saw, and what choosing like this is worth. */
import { useState } from 'react';
import type { LabRun, LabRunDetail, SearchTrial } from '../../preload/lab-contract.ts';
import { showCount, showFloat, showPercent, showSignedPercent } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { setUpAgain } from './draft-store.ts';
import { Choice } from './Field.tsx';
import { TrialScatter } from './TrialScatter.tsx';
import { TrialTable } from './TrialTable.tsx';
import { type TrialOrder, trialsInOrder } from './trial-order.ts';
import { WalkForward } from './WalkForward.tsx';

type Search = NonNullable<LabRunDetail['search']>;

const ORDERS: readonly { readonly value: TrialOrder; readonly text: string }[] = [
  { value: 'sharpe', text: 'Sharpe' },
  { value: 'return', text: 'Return' },
  { value: 'drawdown', text: 'Drawdown' },
  { value: 'front', text: 'Front' },
];
const SHOWN = 100;

export function SearchView(props: {
  readonly run: LabRun;
  readonly search: Search;
  readonly walk: LabRunDetail['walk'];
}) {
  const { run, search, walk } = props;
  const [order, setOrder] = useState<TrialOrder>('sharpe');
  const { trials } = search;
  const shown = trialsInOrder(trials, order).slice(0, SHOWN);
  const setUp = ({ params }: SearchTrial): void =>
    setUpAgain({ ...run.plan, search: null, params: { ...run.plan.params, ...params } });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-label="Search" tabIndex={0} className="min-h-0 flex-1 overflow-auto p-3">
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-6">
        <div className="flex flex-col gap-2">
          <p className="text-text2">{countsText(trials)}</p>
          <HeldOut heldOut={search.heldOut} run={run} />
          {search.paths ? (
            <p className="text-text2">
              Of {showCount(search.paths.count)} histories put together of the same days, each chosen for by the others,{' '}
              <strong className="text-text1">{showPercent(search.paths.lossShare)} lose</strong>; the middle Sharpe
              ratio is {showFloat(search.paths.medianSharpe, 2)}.
            </p>
          ) : null}
        </div>
        <TrialScatter trials={trials} />
      </div>
      {walk ? <WalkForward walk={walk} names={run.plan.search?.ranges.map(({ name }) => name) ?? []} /> : null}
      <div className="mb-1 mt-4 flex items-center gap-3">
        <h3 className="font-semibold">Trials</h3>
        <div className="w-[300px]">
          <Choice label="Order of trials" value={order} options={ORDERS} onChange={setOrder} />
        </div>
        {trials.length > SHOWN ? <span className="text-text3">the first {SHOWN}</span> : null}
      </div>
      <TrialTable trials={shown} onPick={setUp} />
    </section>
  );
}

function HeldOut({ heldOut, run }: { heldOut: Search['heldOut']; run: LabRun }) {
  if (!heldOut)
    return <p className="text-text2">Nothing was held out: no figure here is of time that the search did not see.</p>;
  const { fromMs, toMs, returnShare, sharpe, maxDrawdownShare, trades } = heldOut;
  return (
    <p className="border-l-2 border-l-info pl-2.5 leading-[18px]">
      On the time that no trial saw, {showDay(fromMs)} to {showDay(toMs)}, the best one came to{' '}
      <strong className={returnShare < 0 ? 'text-down' : 'text-up'}>{showSignedPercent(returnShare, 2)}</strong>: Sharpe{' '}
      {showFloat(sharpe, 2)} (before: {showFloat(run.figures?.sharpe ?? null, 2)}), drawdown{' '}
      {showSignedPercent(-maxDrawdownShare, 1)}, {showCount(trades)} trades.
    </p>
  );
}

function countsText(trials: readonly SearchTrial[]): string {
  const count = (state: SearchTrial['state']): number => trials.filter((trial) => trial.state === state).length;
  return `${showCount(trials.length)} settings tried: ${showCount(count('pruned'))} given up early, ${showCount(count('failed'))} failed. All of them count in the verdict.`;
}
