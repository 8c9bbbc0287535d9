/** Returns of months as years in rows, or of days in weeks where the run is short. */
import type { LabRunDetail } from '../../preload/lab-contract.ts';
import { showSignedPercent } from '../format/number.ts';
import { calendarRows } from './calendar-rows.ts';
import { toneOf } from './tone.ts';

export function ReturnsCalendar({ calendar }: { calendar: LabRunDetail['calendar'] }) {
  const { columns, rows } = calendarRows(calendar);
  const full = Math.max(...calendar.returnShare.map(Math.abs), 0);
  const unit = calendar.kind === 'month' ? 'Months' : 'Days';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section aria-label={`Returns by ${calendar.kind}`} tabIndex={0} className="min-w-0 overflow-auto px-2.5 pb-2">
      <table className="w-full table-fixed border-separate border-spacing-[2px]">
        <caption className="pb-0.5 pt-1.5 text-left font-semibold">
          {unit} <span className="font-normal text-text3">return of equity, %</span>
        </caption>
        <thead>
          <tr className="text-[10.5px] text-text3">
            <th className="w-[52px]">
              <span className="sr-only">{calendar.kind === 'month' ? 'Year' : 'Week from'}</span>
            </th>
            {columns.map((name) => (
              <th key={name} className="font-normal">
                {name}
              </th>
            ))}
            <th className="font-normal">All</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th className="text-left text-[10.5px] font-normal text-text3">{row.name}</th>
              {row.cells.map((value, at) => (
                <Cell key={columns[at]} value={value} full={full} />
              ))}
              <Cell value={row.all} full={full} isSum />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ value, full, isSum = false }: { value: number | null; full: number; isSum?: boolean }) {
  if (value === null) return <td />;
  const { tone, weight } = toneOf(value, full);
  const text = showSignedPercent(value, Math.abs(value) >= 0.1 ? 1 : 2).replace(/\s?%$/, '');
  return (
    <td
      className={`calendar-cell ${isSum ? 'font-semibold' : ''}`}
      data-tone={isSum ? 'flat' : tone}
      style={{ '--weight': weight } as React.CSSProperties}
    >
      {text}
    </td>
  );
}
