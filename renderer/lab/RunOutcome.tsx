/** What came of a run: how far to believe it, the figures, then what the person wants to see of it. */
import type { LabRun } from '../../preload/lab-contract.ts';
import { Empty } from '../panels/Panel.tsx';
import { BreakdownView } from './BreakdownView.tsx';
import { EquityView } from './EquityView.tsx';
import { FigureStrip } from './FigureStrip.tsx';
import { LoopNotes } from './LoopNotes.tsx';
import { useLab } from './lab-store.ts';
import { ReturnsCalendar } from './ReturnsCalendar.tsx';
import { SearchView } from './SearchView.tsx';
import { SensitivityMap } from './SensitivityMap.tsx';
import { TradeDistribution } from './TradeDistribution.tsx';
import { TradesView } from './TradesView.tsx';
import { useAnswer } from './use-answer.ts';
import { VerdictCard } from './VerdictCard.tsx';

export function RunOutcome({ run }: { run: LabRun }) {
  const tab = useLab((state) => state.tab);
  const detail = useAnswer(`detail ${run.id}`, (client) => client.labRunDetail({ runId: run.id }));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {run.verdict ? <VerdictCard verdict={run.verdict} /> : null}
      {run.figures ? <FigureStrip figures={run.figures} intervals={run.intervals} /> : null}
      {detail.state === 'failed' ? (
        <Empty title="No curves of this run">{detail.text}</Empty>
      ) : detail.state === 'loading' ? (
        <div className="empty flex-1" aria-busy="true">
          Opening…
        </div>
      ) : tab === 'trades' ? (
        <TradesView run={run} instruments={detail.value.instruments} />
      ) : tab === 'breakdown' ? (
        <BreakdownView run={run} detail={detail.value} />
      ) : tab === 'search' && detail.value.search ? (
        <SearchView run={run} search={detail.value.search} walk={detail.value.walk} />
      ) : tab === 'map' && detail.value.map ? (
        <SensitivityMap run={run} map={detail.value.map} walk={detail.value.walk} />
      ) : (
        <>
          <LoopNotes run={run} detail={detail.value} />
          <EquityView points={detail.value} />
          <div className="grid h-[206px] shrink-0 grid-cols-[minmax(0,3fr)_minmax(0,2fr)] border-t border-line">
            <ReturnsCalendar calendar={detail.value.calendar} />
            <TradeDistribution distribution={detail.value.distribution} />
          </div>
        </>
      )}
    </div>
  );
}
