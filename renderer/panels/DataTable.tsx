/** A sortable table of desk rows; columns say how they look and what they sort by. */
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type ReactNode, useMemo, useState } from 'react';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Numbers for columns of numbers: sorting decides nothing, so floats will do. Without it the column does not sort. */
  readonly sortBy?: (row: Row) => string | number;
  readonly cell: (row: Row) => ReactNode;
  /** Left out where the screen is too narrow for all columns. */
  readonly isExtra?: boolean;
}

const EXTRA = 'max-[1700px]:hidden';

export function DataTable<Row extends object>(props: {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
}) {
  const { rows, columns, keyOf, label } = props;
  const [sorting, setSorting] = useState<SortingState>([]);
  const definitions = useMemo<ColumnDef<typeof features, Row>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        accessorFn: column.sortBy ?? (() => ''),
        enableSorting: column.sortBy !== undefined,
      })),
    [columns],
  );
  const table = useTable({
    features,
    data: rows,
    columns: definitions,
    getRowId: keyOf,
    state: { sorting },
    onSortingChange: setSorting,
  });
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <HeaderCell
              key={column.id}
              column={column}
              sorted={sorting.find((entry) => entry.id === column.id)}
              toggle={() => table.getColumn(column.id)?.toggleSorting()}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr key={row.id} tabIndex={-1} data-row={row.id}>
            {columns.map((column) => (
              <td key={column.id} data-align={column.align ?? 'right'} className={column.isExtra ? EXTRA : undefined}>
                {column.cell(row.original)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function HeaderCell<Row>(props: { column: Column<Row>; sorted: { desc: boolean } | undefined; toggle: () => void }) {
  const { column, sorted, toggle } = props;
  const order = sorted ? (sorted.desc ? 'descending' : 'ascending') : undefined;
  return (
    <th data-align={column.align ?? 'right'} aria-sort={order} className={column.isExtra ? EXTRA : undefined}>
      {column.sortBy ? (
        <button type="button" onClick={toggle}>
          {column.title}
          {sorted ? <span aria-hidden="true"> {sorted.desc ? '↓' : '↑'}</span> : null}
        </button>
      ) : (
        column.title || <span className="sr-only">Actions</span>
      )}
    </th>
  );
}
