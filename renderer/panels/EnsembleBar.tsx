/** How votes are counted: from which pooled confidence on, and how often the instrument on the chart is judged. */
import { useState } from 'react';
import type { Ensemble, EnsembleChange } from '../../preload/contract.ts';
import { changeEnsemble } from '../stores/actions.ts';
import { instrumentOf, useDesk } from '../stores/desk-store.ts';
import { useView } from '../stores/view-store.ts';

const CONFIDENCES = [0.5, 0.53, 0.55, 0.6, 0.65] as const;
const PACES = [
  [60_000, 'every minute'],
  [300_000, 'every 5 minutes'],
  [900_000, 'every 15 minutes'],
  [3_600_000, 'every hour'],
] as const;

export function EnsembleBar() {
  const ensemble = useDesk<Ensemble | null>((desk) => desk.ensemble, null);
  const instrumentId = useView((view) => view.instrumentId);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (ensemble === null) return null;
  const change = (to: EnsembleChange): void => void changeEnsemble(to).then(setRefusal);
  const confidences = [...new Set([...CONFIDENCES, ensemble.confidenceMin])].sort((a, b) => a - b);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-[9px] py-1.5 text-[11px] text-text3">
      <label className="flex items-center gap-1.5 whitespace-nowrap">
        Propose from a pooled confidence of
        <select
          className="field h-[22px] w-auto py-0 text-left text-[11px]"
          value={ensemble.confidenceMin}
          onChange={(event) => change({ confidenceMin: Number(event.target.value) })}
        >
          {confidences.map((share) => (
            <option key={share} value={share}>
              {Math.round(100 * share)} %
            </option>
          ))}
        </select>
      </label>
      {instrumentId === null ? null : (
        <label className="flex items-center gap-1.5 whitespace-nowrap">
          Judge {instrumentOf(instrumentId)?.symbol ?? instrumentId}
          <select
            className="field h-[22px] w-auto py-0 text-left text-[11px]"
            value={ensemble.decideEveryMs[instrumentId] ?? PACES[0][0]}
            onChange={(event) => {
              const everyMs = Number(event.target.value);
              change({ decideEveryMs: { [instrumentId]: everyMs === PACES[0][0] ? null : everyMs } });
            }}
          >
            {PACES.map(([ms, text]) => (
              <option key={ms} value={ms}>
                {text}
              </option>
            ))}
          </select>
        </label>
      )}
      {refusal === null ? null : (
        <span role="alert" className="text-down">
          {refusal}
        </span>
      )}
    </div>
  );
}
