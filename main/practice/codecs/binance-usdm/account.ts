import { divideRounded, formatDecimal, roundToStep } from '../../../engine/domain/decimal.ts';
import type { IncomeKind } from '../../derivatives/margin-account.ts';
import { LEVERAGE_MAX, MAINTENANCE_PERCENT } from '../../derivatives/margin-account.ts';
import { MONEY_STEP, type Position, valueAtoms } from '../../derivatives/position.ts';
import { formatTicks } from '../../matching/rules.ts';
import { rulesOf } from '../binance-spot/context.ts';
import { BinanceError } from '../binance-spot/errors.ts';
import type { Params } from '../binance-spot/params.ts';
import type { UsdmContext } from './context.ts';
import { entryPrice, INCOME_TYPES, incomeJson, rounded, signed, signedLots } from './render.ts';

const NOTIONAL_CAP = 1_000_000_000;
const INCOME_KINDS = new Map(Object.entries(INCOME_TYPES).map(([ours, theirs]) => [theirs, ours as IncomeKind]));

export function account(context: UsdmContext): unknown {
  const asset = marginAsset(context);
  return {
    totalInitialMargin: asset.initialMargin,
    totalMaintMargin: asset.maintMargin,
    totalWalletBalance: asset.walletBalance,
    totalUnrealizedProfit: asset.unrealizedProfit,
    totalMarginBalance: asset.marginBalance,
    totalPositionInitialMargin: asset.positionInitialMargin,
    totalOpenOrderInitialMargin: asset.openOrderInitialMargin,
    totalCrossWalletBalance: asset.crossWalletBalance,
    totalCrossUnPnl: asset.crossUnPnl,
    availableBalance: asset.availableBalance,
    maxWithdrawAmount: asset.maxWithdrawAmount,
    canTrade: true,
    assets: [asset],
    positions: context.derivatives.account.openPositions().map((position) => positionJson(context, position)),
  };
}

export function balance(context: UsdmContext): unknown {
  const { walletBalance, crossWalletBalance, crossUnPnl, availableBalance, maxWithdrawAmount, updateTime } =
    marginAsset(context);
  const row = { accountAlias: 'practice', asset: 'USDT', balance: walletBalance, marginAvailable: true, updateTime };
  return [{ ...row, crossWalletBalance, crossUnPnl, availableBalance, maxWithdrawAmount }];
}

function marginAsset(context: UsdmContext) {
  context.exchange.advanceAll();
  const sums = context.derivatives.summary();
  const wallet = signed(sums.walletAtoms);
  return {
    asset: 'USDT',
    walletBalance: wallet,
    unrealizedProfit: rounded(sums.unrealizedAtoms),
    marginBalance: rounded(sums.walletAtoms + sums.unrealizedAtoms),
    maintMargin: rounded(sums.maintenanceAtoms),
    initialMargin: rounded(sums.initialAtoms),
    positionInitialMargin: rounded(sums.positionMarginAtoms),
    openOrderInitialMargin: rounded(sums.initialAtoms - sums.positionMarginAtoms),
    crossWalletBalance: wallet,
    crossUnPnl: rounded(sums.unrealizedAtoms),
    availableBalance: rounded(sums.availableAtoms),
    maxWithdrawAmount: rounded(sums.availableAtoms),
    updateTime: context.nowMs(),
  };
}

export function positionRisk(context: UsdmContext, params: Params): unknown {
  context.exchange.advanceAll();
  const wanted = params.has('symbol') ? rulesOf(context, params).symbol : null;
  return context.derivatives.account
    .openPositions()
    .filter(({ symbol }) => wanted === null || symbol === wanted)
    .map((position) => positionJson(context, position));
}

function positionJson(context: UsdmContext, position: Position) {
  const { account, mark } = context.derivatives;
  const { symbol, lots } = position;
  const rules = context.exchange.rules.get(symbol)!;
  const markTicks = mark(symbol);
  const margin = rounded(account.positionMarginOf(symbol, markTicks));
  return {
    symbol,
    positionSide: 'BOTH',
    positionAmt: signedLots(rules, lots),
    entryPrice: entryPrice(rules, position),
    breakEvenPrice: entryPrice(rules, position),
    markPrice: formatTicks(rules, markTicks),
    unRealizedProfit: rounded(account.unrealizedAtoms(symbol, markTicks)),
    liquidationPrice: liquidationPrice(context, position),
    isolatedMargin: '0',
    isolatedWallet: '0',
    marginType: 'cross',
    leverage: String(account.leverage(symbol)),
    notional: signed(valueAtoms(position, rules, markTicks)),
    marginAsset: 'USDT',
    initialMargin: margin,
    positionInitialMargin: margin,
    openOrderInitialMargin: '0',
    maintMargin: rounded(account.maintenanceOf(symbol, markTicks)),
    adl: 0,
    bidNotional: '0',
    askNotional: '0',
    updateTime: position.updatedMs,
  };
}

/** The mark price at which the wallet would be used up while the other positions stay as they are; 0 for none. */
function liquidationPrice(context: UsdmContext, position: Position): string {
  const { account, mark } = context.derivatives;
  const rules = context.exchange.rules.get(position.symbol)!;
  const own = mark(position.symbol);
  const others =
    account.marginBalanceAtoms(mark) -
    account.unrealizedAtoms(position.symbol, own) -
    (account.maintenanceAtoms(mark) - account.maintenanceOf(position.symbol, own));
  const size = BigInt(Math.abs(position.lots)) * rules.lotAtoms;
  const isLong = position.lots > 0;
  const needed = isLong ? position.costAtoms - others : others - position.costAtoms;
  const share = isLong ? 100n - MAINTENANCE_PERCENT : 100n + MAINTENANCE_PERCENT;
  if (needed <= 0n) return '0';
  const price = divideRounded(needed * 10n ** 18n * 100n, size * share, 'half-up');
  return formatDecimal(roundToStep(price, MONEY_STEP, 'half-up'));
}

export function setLeverage(context: UsdmContext, params: Params): unknown {
  const { symbol } = rulesOf(context, params);
  const leverage = params.integer('leverage');
  if (leverage < 1 || leverage > LEVERAGE_MAX) throw new BinanceError(-4028, `Leverage ${leverage} is not valid`);
  if (!context.derivatives.setLeverage(symbol, leverage)) {
    throw new BinanceError(-2028, 'Leverage is smaller than permitted: insufficient margin balance.');
  }
  return { symbol, leverage, maxNotionalValue: String(NOTIONAL_CAP) };
}

/** Margin is cross and nothing else. */
export function setMarginType(context: UsdmContext, params: Params): unknown {
  rulesOf(context, params);
  if (params.text('marginType') === 'CROSSED') throw new BinanceError(-4046, 'No need to change margin type.');
  throw new BinanceError(-4168, 'Unable to adjust to isolated-margin mode under the Multi-Assets mode.');
}

export const getPositionMode = (): unknown => ({ dualSidePosition: false });

/** Positions are one-way and nothing else. */
export function setPositionMode(_context: UsdmContext, params: Params): unknown {
  if (params.text('dualSidePosition') === 'false') {
    throw new BinanceError(-4059, 'No need to change position side.');
  }
  throw new BinanceError(-4068, 'Position side cannot be changed.');
}

export function leverageBracket(context: UsdmContext, params: Params): unknown {
  const symbols = params.has('symbol') ? [rulesOf(context, params).symbol] : [...context.exchange.rules.keys()];
  const bracket = {
    bracket: 1,
    initialLeverage: LEVERAGE_MAX,
    notionalCap: NOTIONAL_CAP,
    notionalFloor: 0,
    maintMarginRatio: Number(MAINTENANCE_PERCENT) / 100,
    cum: 0,
  };
  return symbols.map((symbol) => ({ symbol, brackets: [bracket] }));
}

export function symbolConfig(context: UsdmContext, params: Params): unknown {
  const symbols = params.has('symbol') ? [rulesOf(context, params).symbol] : [...context.exchange.rules.keys()];
  return symbols.map((symbol) => ({
    symbol,
    marginType: 'CROSSED',
    isAutoAddMargin: 'false',
    leverage: context.derivatives.account.leverage(symbol),
    maxNotionalValue: String(NOTIONAL_CAP),
  }));
}

export function commissionRate(context: UsdmContext, params: Params): unknown {
  const { makerBps, takerBps } = context.derivatives.fees;
  const rate = (bps: number): string => (bps / 10_000).toFixed(6);
  return {
    symbol: rulesOf(context, params).symbol,
    makerCommissionRate: rate(makerBps),
    takerCommissionRate: rate(takerBps),
  };
}

export function income(context: UsdmContext, params: Params): unknown {
  const symbol = params.has('symbol') ? rulesOf(context, params).symbol : null;
  const type = params.optionalText('incomeType');
  const kind = type === null ? null : (INCOME_KINDS.get(type) ?? null);
  if (type !== null && kind === null) return [];
  const rows = context.store.incomes({
    kind,
    symbol,
    startMs: params.optionalInteger('startTime') ?? 0,
    limit: params.optionalInteger('limit', 1_000) ?? 100,
  });
  const idOf = ({ symbol: of, timeMs, tradeId }: (typeof rows)[number]): number | null =>
    of === null || tradeId === null ? null : context.exchange.market(of).ids.idOf({ timeMs, tradeId });
  return rows.map((row) => incomeJson(row, row.id, idOf(row)));
}

export const openListenKey = (context: UsdmContext): unknown => ({ listenKey: context.listenKeys.open() });
export const extendListenKey = (context: UsdmContext): unknown => ({ listenKey: context.listenKeys.extend() });
export function closeListenKey(context: UsdmContext): unknown {
  context.listenKeys.close();
  return {};
}
