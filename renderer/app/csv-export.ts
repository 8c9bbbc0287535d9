/** Positions and fills as CSV files, the engine's decimal strings untouched. */
import { deskStore } from '../stores/desk-store.ts';

type Cell = string | number | null;

/** RFC 4180: cells quoted where they must be; a leading formula sign is defused for spreadsheets. */
export function csvOf(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
}

function csvCell(cell: Cell): string {
  const plain = cell === null ? '' : String(cell);
  const isNumber = /^-?\d+(\.\d+)?$/.test(plain);
  const text = !isNumber && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(name: string, text: string, type = 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

export function downloadPositionsCsv(): void {
  const rows = deskStore.getState().desk?.positions ?? [];
  const header = [
    'instrument',
    'qty_base',
    'average_cost',
    'mark',
    'stop',
    'stop_state',
    'bare_base',
    'unrealized_quote',
    'realized_quote',
    'fees_quote',
    'signed_by',
  ];
  download(
    'positions.csv',
    csvOf(
      header,
      rows.map((row) => [
        row.symbol,
        row.qtyBase,
        row.averageCost,
        row.markPrice,
        row.stopPrice,
        row.stopState,
        row.bareBase,
        row.unrealizedQuote,
        row.realizedQuote,
        row.feesQuote,
        row.signedBy,
      ]),
    ),
  );
}

export function downloadFillsCsv(): void {
  const rows = deskStore.getState().desk?.fills ?? [];
  const header = [
    'time',
    'instrument',
    'side',
    'price',
    'qty_base',
    'fee',
    'fee_asset',
    'liquidity',
    'fill_id',
    'client_order_id',
  ];
  download(
    'fills.csv',
    csvOf(
      header,
      rows.map((row) => [
        new Date(row.eventTimeMs).toISOString(),
        row.symbol,
        row.side,
        row.price,
        row.qtyBase,
        row.fee,
        row.feeAsset,
        row.liquidity,
        row.fillId,
        row.clientOrderId,
      ]),
    ),
  );
}
