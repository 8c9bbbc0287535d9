/** What is held, what it is worth, where its stop rests, and who signed it. */
import type { Account, Position } from '../../preload/contract.ts';
import { placesOfStep } from '../format/decimal.ts';
import { showDecimal, showFloat, showSigned, signOf } from '../format/number.ts';
import { flatten } from '../stores/actions.ts';
import { instrumentOf, useDesk } from '../stores/desk-store.ts';
import { setView } from '../stores/view-store.ts';
import { type Column, DataTable } from './DataTable.tsx';
import { Empty, Panel } from './Panel.tsx';

const NONE: readonly Position[] = [];

const priceOf = (row: Position, price: string | null): string =>
  showDecimal(price, placesOfStep(instrumentOf(row.instrumentId)?.tickSize ?? '0.01'));

export function Money({ text, places = 2 }: { text: string | null; places?: number }) {
  const sign = signOf(text);
  return <span className={sign > 0 ? 'text-up' : sign < 0 ? 'text-down' : ''}>{showSigned(text, places)}</span>;
}

const STOP_STATES: Record<Position['stopState'], { word: string; tone: string }> = {
  'on-venue': { word: '✓ on venue', tone: 'text-text3' },
  placing: { word: '◌ placing', tone: 'text-seal-text' },
  missing: { word: '⚠ missing', tone: 'font-semibold text-down' },
  none: { word: '○ no stop', tone: 'text-text3' },
};

function stopState({ stopState: state, bareBase }: Position): { word: string; tone: string } {
  if (state !== 'on-venue' || signOf(bareBase) === 0) return STOP_STATES[state];
  return { word: `◐ ${showDecimal(bareBase)} bare`, tone: 'font-semibold text-down' };
}

function Stop({ row }: { row: Position }) {
  const { word, tone } = stopState(row);
  return (
    <>
      {row.stopPrice === null ? '' : `${priceOf(row, row.stopPrice)} `}
      <span className={tone} title={row.stopNote || undefined}>
        {word}
      </span>
    </>
  );
}

const COLUMNS: readonly Column<Position>[] = [
  {
    id: 'instrument',
    title: 'Instrument',
    align: 'left',
    sortBy: (row) => row.symbol,
    cell: (row) => (
      <button
        type="button"
        className="cursor-pointer font-medium"
        onClick={() => setView({ instrumentId: row.instrumentId })}
      >
        {row.symbol}
      </button>
    ),
  },
  {
    id: 'side',
    title: 'Side',
    align: 'left',
    cell: (row) => {
      const sign = signOf(row.qtyBase);
      return <span className={sign < 0 ? 'text-down' : 'text-up'}>{sign < 0 ? '▼ short' : '▲ long'}</span>;
    },
  },
  {
    id: 'size',
    title: 'Size',
    sortBy: (row) => Math.abs(Number(row.qtyBase)),
    cell: (row) => showDecimal(row.qtyBase.replace('-', '')),
  },
  { id: 'average', title: 'Average', cell: (row) => priceOf(row, row.averageCost) },
  { id: 'mark', title: 'Mark', cell: (row) => priceOf(row, row.markPrice) },
  { id: 'stop', title: 'Stop on venue', cell: (row) => <Stop row={row} /> },
  {
    id: 'unrealized',
    title: 'Unrealized',
    sortBy: (row) => Number(row.unrealizedQuote ?? 0),
    cell: (row) => <Money text={row.unrealizedQuote} />,
  },
  {
    id: 'realized',
    title: 'Realized',
    sortBy: (row) => Number(row.realizedQuote),
    cell: (row) => <Money text={row.realizedQuote} />,
  },
  { id: 'signed', title: 'Signed by', align: 'left', cell: (row) => row.signedBy },
  { id: 'from', title: 'From', align: 'left', cell: (row) => <span className="text-text2">{row.from}</span> },
  {
    id: 'close',
    title: '',
    cell: (row) => (
      <button
        type="button"
        className="button button-quiet"
        aria-label={`Close ${row.symbol}`}
        onClick={() => void flatten(row.instrumentId)}
      >
        Close
      </button>
    ),
  },
];

/** Of perpetuals only: shown once there is one. */
const PERPETUAL_COLUMNS: readonly Column<Position>[] = [
  {
    id: 'liquidation',
    title: 'Liquidation',
    cell: ({ perpetual, ...row }) => (perpetual ? priceOf({ perpetual, ...row }, perpetual.liquidationPrice) : ''),
  },
  {
    id: 'margin',
    title: 'Margin',
    cell: ({ perpetual }) =>
      perpetual && (
        <span title="What all positions of this wallet are worth, over the wallet and their open profit">
          {perpetual.leverage === null ? '–' : `${showFloat(perpetual.leverage, 2)}×`}
          <span className="text-text3"> of </span>
          {showDecimal(perpetual.marginQuote, 2)}
        </span>
      ),
  },
  {
    id: 'funding',
    title: 'Funding',
    cell: ({ perpetual }) => perpetual && <Money text={perpetual.fundingQuote} />,
  },
];
const isWho = ({ id }: Column<Position>): boolean => id === 'signed' || id === 'from';
const WITH_PERPETUALS = COLUMNS.flatMap((column) => {
  if (column.id === 'unrealized') return [...PERPETUAL_COLUMNS, column];
  return [isWho(column) ? { ...column, isExtra: true } : column];
});

export function Positions() {
  const rows = useDesk((desk) => desk.positions, NONE);
  const columns = rows.some(({ perpetual }) => perpetual !== null) ? WITH_PERPETUALS : COLUMNS;
  const account = useDesk((desk) => desk.account, null);
  return (
    <Panel id="positions" scrolls={false}>
      <div className="min-h-0 flex-1 overflow-auto">
        {rows.length === 0 ? (
          <Empty title="No positions">What you sign and the venue fills is held here, with its stop.</Empty>
        ) : (
          <DataTable label="Positions" rows={rows} columns={columns} keyOf={(row) => row.instrumentId} />
        )}
      </div>
      {account ? <Sums account={account} /> : null}
    </Panel>
  );
}

function Sums({ account }: { account: Account }) {
  const { slippageBps } = account;
  const wallets = account.balances.filter(({ asset }) => asset.includes(':'));
  return (
    <div className="flex h-[30px] shrink-0 items-center gap-5 overflow-hidden whitespace-nowrap border-t border-line px-2.5 text-text2">
      <span>
        Unrealized <Money text={account.unrealizedQuote} />
      </span>
      <span>
        Realized today <Money text={account.realizedTodayQuote} />
      </span>
      <span>Fees today {showDecimal(account.feesTodayQuote, 2)}</span>
      {slippageBps === null ? null : (
        <span title="Mean of fill against proposed entry today; minus is better than proposed">
          Slippage {showFloat(slippageBps, 1)} bps
        </span>
      )}
      <span className="ml-auto text-text3">
        cash {showDecimal(account.cashQuote, 2)}
        {wallets.map(({ asset, ledger }) => ` · USD-M ${showDecimal(ledger, 2)} ${asset.split(':')[1] ?? ''}`)}
        {wallets.length === 0 ? ` ${account.quoteAsset}` : ''}
      </span>
    </div>
  );
}
