/** Settings that a search tried, a row each. */
import type { SearchTrial } from '../../preload/lab-contract.ts';
import { showFloat, showSignedPercent } from '../format/number.ts';
import { paramWords } from './run-words.ts';

const STATES: Record<SearchTrial['state'], string> = { done: '', pruned: 'given up early', failed: '✕ failed' };

export function TrialTable(props: {
  readonly trials: readonly SearchTrial[];
  /** Null where nothing can be done with one. */
  readonly onPick: ((trial: SearchTrial) => void) | null;
}) {
  const { trials, onPick } = props;
  const names = Object.keys(trials[0]?.params ?? {});
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Trial</th>
          {names.map((name) => (
            <th key={name}>{paramWords(name)}</th>
          ))}
          <th>Sharpe</th>
          <th>Return</th>
          <th>Drawdown</th>
          <th title="bought and sold in a year, over equity">Turnover</th>
          <th>Trades</th>
          <th data-align="left">
            <span className="sr-only">How it stands</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {trials.map((trial) => (
          <tr key={trial.number}>
            <td className="text-text3">{trial.number + 1}</td>
            {names.map((name) => (
              <td key={name}>{Number((trial.params[name] ?? Number.NaN).toPrecision(4))}</td>
            ))}
            <td className="font-semibold">{showFloat(trial.sharpe, 2)}</td>
            <td>{showSignedPercent(trial.returnShare, 2)}</td>
            <td>{showSignedPercent(trial.maxDrawdownShare === null ? null : -trial.maxDrawdownShare, 1)}</td>
            <td>{showFloat(trial.turnoverPerYear, 1)}</td>
            <td>{showFloat(trial.trades, 0)}</td>
            <td data-align="left" className="whitespace-nowrap text-text3">
              {onPick === null ? null : (
                <button
                  type="button"
                  className="button button-quiet"
                  aria-label={`Set up trial ${trial.number + 1}`}
                  onClick={() => onPick(trial)}
                >
                  Set up
                </button>
              )}{' '}
              {trial.isOnFront ? '◆ front' : STATES[trial.state]}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
