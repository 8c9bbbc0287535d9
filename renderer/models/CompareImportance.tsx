/** Which inputs each version lives by, beside the others. */
import type { ModelVersion } from '../../preload/models-contract.ts';
import { featureWords } from '../format/feature-words.ts';
import { NONE, showPercent } from '../format/number.ts';
import { LETTERS } from '../lab/run-words.ts';
import { importanceRows } from './compare-words.ts';
import { useFormula } from './models-store.ts';

const SHOWN = 10;

export function CompareImportance({ versions }: { versions: readonly ModelVersion[] }) {
  const formulaOf = useFormula();
  const rows = importanceRows(versions, SHOWN);
  return (
    <section aria-label="Importance side by side" className="min-w-0">
      <h3 className="font-semibold">
        Importance <span className="font-normal text-text3">of each its largest is 100 %</span>
      </h3>
      {rows.length === 0 ? (
        <p className="py-2 text-text2">None of their cards says anything of it.</p>
      ) : (
        <table className="mt-1">
          <thead>
            <tr>
              <th scope="col">Input</th>
              {versions.map(({ id, title }, at) => (
                <th key={id} scope="col" title={title}>
                  {LETTERS[at]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ feature, rises }) => (
              <tr key={feature}>
                <td title={formulaOf(feature)}>{featureWords(feature)}</td>
                {rises.map((rise, at) => (
                  <td key={versions[at]!.id} className={rise === null ? 'text-text3' : ''}>
                    {rise === null ? NONE : showPercent(rise)}
                    <span
                      className="compare-bar"
                      data-letter={LETTERS[at]}
                      style={{ width: `${100 * (rise ?? 0)}%` }}
                    />
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
