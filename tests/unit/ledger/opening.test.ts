import { expect, it } from 'vitest';
import { audit, createRig, fillOf, PERP, type Rig } from '../../support/trading-rig.ts';

const USDM = 'binance-usdm';

const openings = (rig: Rig): number => rig.all('OpeningBalancesBooked').filter(({ venue }) => venue === USDM).length;
const books = (askedAtMs: number) => ({ venue: USDM, balances: 'USDT 10000', askedAtMs });

function traded(rig: Rig): void {
  const ids = { instrumentId: PERP, clientOrderId: 'web-1', eventTimeMs: rig.nowMs };
  rig.dispatch({ kind: 'FillReported', fill: { ...fillOf('SELL 0.1 @ 61000 fee 1 USDT', ids), realizedQuote: '0' } });
}

it('[L8] an account is not opened by an audit during which something traded: it is read again', () => {
  const rig = createRig();
  audit(rig);
  rig.take('RequestAudit');
  traded(rig);
  audit(rig, books(rig.nowMs - 100));
  expect(openings(rig)).toBe(0);
  expect(rig.take('RequestAudit')).toMatchObject([{ venue: USDM }]);
  rig.nowMs += 1_000;
  audit(rig, books(rig.nowMs - 100));
  expect(openings(rig)).toBe(1);
});

it('[L8] nor by one during which funding was paid: what it read of the wallet may hold it or not', () => {
  const rig = createRig();
  audit(rig);
  rig.take('RequestAudit');
  const paid = {
    incomeId: 'f-1',
    kind: 'funding',
    instrumentId: PERP,
    amountQuote: '0.5',
    eventTimeMs: rig.nowMs - 50,
  } as const;
  audit(rig, { ...books(rig.nowMs - 100), incomes: [paid], venueTimeMs: rig.nowMs - 100 });
  expect(openings(rig)).toBe(0);
  expect(rig.take('RequestAudit')).toMatchObject([{ venue: USDM }]);
  rig.nowMs += 1_000;
  audit(rig, { ...books(rig.nowMs - 100), incomes: [paid], venueTimeMs: rig.nowMs - 100 });
  expect(openings(rig)).toBe(1);
});

it('[L8] nor while funding of the full hour may still be on its way: what is dated before is paid after', () => {
  const rig = createRig();
  rig.nowMs = Date.UTC(2026, 0, 5, 16, 0, 20);
  audit(rig);
  rig.take('RequestAudit');
  const position = {
    instrumentId: PERP,
    qtyBase: '-0.3',
    entryPrice: '61000',
    markPrice: '61000',
    unrealizedQuote: '0',
    liquidationPrice: null,
    eventTimeMs: rig.nowMs,
  };
  const read = () => audit(rig, { ...books(rig.nowMs), positions: [position], venueTimeMs: rig.nowMs });
  read();
  expect(openings(rig)).toBe(0);
  // The periodic audit comes soon enough.
  expect(rig.take('RequestAudit')).toEqual([]);
  rig.nowMs += 40_000;
  read();
  expect(openings(rig)).toBe(1);
});

it('[L8] a full hour holds nobody up who has no position', () => {
  const rig = createRig();
  rig.nowMs = Date.UTC(2026, 0, 5, 16, 0, 20);
  audit(rig);
  audit(rig, { ...books(rig.nowMs), venueTimeMs: rig.nowMs });
  expect(openings(rig)).toBe(1);
});

it('[L8] where trading never ends the sixth audit opens it', () => {
  const rig = createRig();
  audit(rig);
  for (let times = 0; times < 6; times += 1) {
    expect(openings(rig)).toBe(0);
    rig.nowMs += 1_000;
    traded(rig);
    audit(rig, books(rig.nowMs - 100));
  }
  expect(openings(rig)).toBe(1);
});
