/** How much of each risk limit is used now, for the eye: a phrase, and a share of the limit where that has a meaning. */

import { driftBps } from '../format/decimal.ts';
import { showCount, showFloat, showMilliseconds, showPercent } from '../format/number.ts';
import type { Desk } from '../stores/desk-merge.ts';
import { isWaiting } from '../stores/queue.ts';
import type { LimitKey } from './limits-draft.ts';

const MINUTE_MS = 60_000;

export interface LimitUse {
  readonly text: string;
  /** Used part of the limit, 0 to 1 and above; null where nothing is used up. */
  readonly share: number | null;
}

type Quote = { readonly bid: string | null; readonly ask: string | null } | undefined;

const NOTHING_WAITS: LimitUse = { text: 'nothing waits', share: null };

/** `quoteOf` gives the best quotes of an instrument; `nowMs` is the engine's time. */
export function limitUses(
  desk: Desk,
  quoteOf: (instrumentId: string) => Quote,
  nowMs: number,
): Readonly<Record<LimitKey, LimitUse>> {
  const { account, limits } = desk;
  const waiting = desk.proposals.filter(isWaiting);
  const lost = Math.max(0, -Number(account.pnlTodayQuote));
  const signed = desk.orders.filter((row) => row.purpose === 'entry' && nowMs - row.createdAtMs < MINUTE_MS).length;
  return {
    riskPerTradeShare: riskUse(
      waiting.map((row) => row.riskShareOfEquity ?? 0),
      limits.riskPerTradeShare,
    ),
    positionNotionalQuoteMax: largestPosition(desk),
    exposureShareMax: {
      text: showPercent(account.exposureShare, 1),
      share: limits.exposureShareMax > 0 ? account.exposureShare / limits.exposureShareMax : null,
    },
    dailyLossQuoteMax: {
      text: lost > 0 ? `${showFloat(lost, 2)} lost today` : 'none today',
      share: lost / Number(limits.dailyLossQuoteMax),
    },
    ordersPerMinuteMax: { text: `${showCount(signed)} in the last`, share: signed / limits.ordersPerMinuteMax },
    priceBandBps: driftUse(
      waiting.map((row) => {
        const quote = quoteOf(row.instrumentId);
        const price = row.side === 'buy' ? quote?.ask : quote?.bid;
        return price ? Math.abs(driftBps(price, row.bandPrice)) : 0;
      }),
      limits.priceBandBps,
    ),
    quoteAgeMsMax: ageUse(desk),
    leverageMax: leverageUse(desk),
    liquidationDistanceMin: distanceUse(desk),
    approvalTtlMs: waiting.length === 0 ? NOTHING_WAITS : { text: `${showCount(waiting.length)} waiting`, share: null },
  };
}

function riskUse(shares: readonly number[], limit: number): LimitUse {
  if (shares.length === 0) return NOTHING_WAITS;
  const most = Math.max(...shares);
  return { text: `largest asked ${showPercent(most, 2)}`, share: most / limit };
}

function driftUse(drifts: readonly number[], limit: number): LimitUse {
  if (drifts.length === 0) return NOTHING_WAITS;
  const most = Math.max(...drifts);
  return { text: `widest now ${showFloat(most, 1)}`, share: most / limit };
}

const worthOf = ({ costQuote }: Desk['positions'][number]): number => Math.abs(Number(costQuote));

function largestPosition(desk: Desk): LimitUse {
  const [largest] = desk.positions.toSorted((a, b) => worthOf(b) - worthOf(a));
  if (!largest) return { text: 'no positions', share: 0 };
  return {
    text: `${largest.symbol.split('/')[0] ?? largest.symbol} ${showFloat(worthOf(largest), 2)}`,
    share: worthOf(largest) / Number(desk.limits.positionNotionalQuoteMax),
  };
}

const NO_PERPETUALS: LimitUse = { text: 'no perpetuals', share: null };

function leverageUse({ positions, limits }: Desk): LimitUse {
  const most = Math.max(...positions.map((row) => row.perpetual?.leverage ?? 0), 0);
  return most === 0 ? NO_PERPETUALS : { text: `${showFloat(most, 2)}× now`, share: most / limits.leverageMax };
}

/** The nearest liquidation, as a share of the mark price. */
function distanceUse({ positions, limits }: Desk): LimitUse {
  const away = positions.flatMap(({ markPrice, perpetual }) => {
    const price = perpetual?.liquidationPrice ?? null;
    return price === null || markPrice === null ? [] : [Math.abs(Number(price) / Number(markPrice) - 1)];
  });
  if (away.length === 0) return NO_PERPETUALS;
  const least = Math.min(...away);
  return { text: `nearest ${showPercent(least, 1)}`, share: limits.liquidationDistanceMin / Math.max(least, 1e-9) };
}

function ageUse(desk: Desk): LimitUse {
  const ages = desk.health.feeds.flatMap((feed) => (feed.ageMs === null ? [] : [feed.ageMs]));
  if (ages.length === 0) return { text: 'no quotes yet', share: null };
  const most = Math.max(...ages);
  return { text: `oldest ${showMilliseconds(most)}`, share: most / desk.limits.quoteAgeMsMax };
}
