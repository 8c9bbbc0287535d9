/** The exact gear with a wallet of spot and one of perpetuals, and what was open when it begins. */
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import type { AgentsOf } from '../../../main/engine/pipeline.ts';
import type { ExactMarket, ExactPlan } from '../../../main/lab/exact/exact-plan.ts';
import { runExact } from '../../../main/lab/exact/run-exact.ts';
import type { Desk } from '../../../main/lab/strategy/strategy.ts';
import { createStrategyAgent } from '../../../main/lab/strategy/strategy-agent.ts';
import { exactPlan } from '../../support/exact-plan.ts';
import { barsOf, scriptedStrategy } from '../../support/scripted-strategy.ts';
import { BTC, BTC_RECORD, PERP, PERP_RECORD } from '../../support/small-engine.ts';

const MINUTE_MS = 60_000;
/** A tenth more each minute, from 100 on. */
const CANDLES = barsOf(
  Array.from({ length: 60 }, (_, bar) => [100 + bar / 10, 100.1 + bar / 10, 99.9 + bar / 10, 100.1 + bar / 10]),
);
const SPOT: ExactMarket = { candles: CANDLES, record: BTC_RECORD };
const MARGIN: ExactMarket = { candles: CANDLES, record: PERP_RECORD };

/** An agent for each instrument, which does at the close of each bar what the test says. */
const each =
  (wishes: Readonly<Record<string, (bar: number, desk: Desk) => void>>): AgentsOf =>
  (account) => ({
    strategies: Object.entries(wishes).map(([id, wish]) =>
      createStrategyAgent({ ...scriptedStrategy(wish), name: id }, {}, '1m', account, [id]),
    ),
    alone: true,
  });

async function watched(over: Partial<ExactPlan> & { readonly members: AgentsOf }) {
  const { strategy: _, params: __, ...plan } = exactPlan(CANDLES);
  const events: EngineEvent[] = [];
  const run = await runExact({ ...plan, ...over, watch: (event) => events.push(event) });
  const of = <K extends EngineEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
  return { run, of };
}

describe('two wallets in the exact gear', () => {
  it('an order is paid from its own, equity is both, and the books agree all along', async () => {
    const seen: number[] = [];
    const { run, of } = await watched({
      markets: [SPOT, MARGIN],
      marginQuote: 2_000,
      members: each({
        [BTC]: (bar, desk) => {
          seen.push(desk.equity);
          if (bar === 5) desk.enter('long', { qty: 3, stop: 90 });
          if (bar === 40) desk.exit();
        },
        [PERP]: (bar, desk) => {
          if (bar === 5) desk.enter('short', { qty: 2, stop: 110 });
          if (bar === 40) desk.exit();
        },
      }),
    });
    expect(
      of('OpeningBalancesBooked').map(({ venue, balances }) => [venue, balances.map(({ amount }) => amount)]),
    ).toEqual([
      [undefined, ['10000']],
      ['binance-usdm', ['2000']],
    ]);
    expect(seen[0]).toBe(12_000);
    expect(of('FillBooked').map(({ fill }) => [fill.instrumentId, fill.side])).toEqual([
      [BTC, 'buy'],
      [PERP, 'sell'],
      [BTC, 'sell'],
      [PERP, 'buy'],
    ]);
    expect([of('BalanceDiffered'), of('AnomalyStated'), of('RequestRefused')]).toEqual([[], [], []]);
    const moved = of('FillBooked').reduce((sum, { fill }) => {
      const worth = Number(fill.price) * Number(fill.qtyBase) * (fill.side === 'buy' ? -1 : 1);
      return sum + worth - Number(fill.fee);
    }, 0);
    expect(run.equityQuote.at(-1)).toBeCloseTo(12_000 + moved, 9);
  });

  it('spot alone, with a wallet beside it: its sizes are of both', async () => {
    const { of } = await watched({
      markets: [SPOT],
      marginQuote: 10_000,
      members: each({ [BTC]: (bar, desk) => bar === 5 && desk.enter('long', { share: 0.1, stop: 90 }) }),
    });
    const [bought] = of('FillBooked');
    expect(Number(bought!.fill.qtyBase)).toBeCloseTo(2_000 / 100.6, 1);
  });

  it('what one instrument pays is its own', async () => {
    const fees = { makerFee: 0, takerFee: 0.0005 };
    const { of } = await watched({
      markets: [SPOT, { ...MARGIN, fees }],
      marginQuote: 2_000,
      members: each({
        [BTC]: (bar, desk) => bar === 5 && desk.enter('long', { qty: 1, stop: 90 }),
        [PERP]: (bar, desk) => bar === 5 && desk.enter('short', { qty: 1, stop: 110 }),
      }),
    });
    const rates = of('FillBooked').map(({ fill }) => Number(fill.fee) / Number(fill.price) / Number(fill.qtyBase));
    expect(rates[0]).toBeCloseTo(0.001, 9);
    expect(rates[1]).toBeCloseTo(0.0005, 9);
  });
});

describe('a position that was open when the run begins', () => {
  const short = { ...MARGIN, heldBase: '-2', costQuote: '-198.5' };

  it('is the engine’s too, at what it cost, and is left with its profit', async () => {
    const { run, of } = await watched({
      markets: [short],
      marginQuote: 1_000,
      members: each({ [PERP]: (bar, desk) => desk.position < 0 && bar === 20 && desk.exit() }),
    });
    const wallet = of('OpeningBalancesBooked').find(({ venue }) => venue === 'binance-usdm')!;
    expect(wallet.balances).toMatchObject([
      { asset: 'binance-usdm:USDT', amount: '1000' },
      { asset: PERP, amount: '-2', priceQuote: '99.25' },
    ]);
    const [left] = of('FillBooked');
    const paid = Number(left!.fill.price) * 2;
    expect(left!.fill).toMatchObject({
      side: 'buy',
      qtyBase: '2',
      realizedQuote: formatDecimal(198_500_000_000_000_000_000n - BigInt(Math.round(paid * 100)) * 10n ** 16n),
    });
    expect(run.equityQuote.at(-1)).toBeCloseTo(10_000 + 1_000 + 198.5 - paid - Number(left!.fill.fee), 9);
    expect([of('BalanceDiffered'), of('AnomalyStated')]).toEqual([[], []]);
  });

  it('is liquidated by its own wallet, whatever lies in the other', async () => {
    const { of } = await watched({
      markets: [{ ...short, heldBase: '-20', costQuote: '-2000' }, SPOT],
      marginQuote: 60,
      members: each({}),
    });
    expect(of('AnomalyStated').map(({ code }) => code)).toEqual(['liquidated']);
  });

  it('is paid the funding that was booked for so much, to the digit, from the first bar on', async () => {
    const booked = { qtyBase: '-2', amountQuote: '0.123456789012345679' };
    const funding = [0.5, 30].map((minute) => ({ timeMs: minute * MINUTE_MS, rate: 0, markPrice: 100, booked }));
    const { of } = await watched({ markets: [{ ...short, funding }], marginQuote: 1_000, members: each({}) });
    expect(of('IncomeBooked').map(({ income }) => income.amountQuote)).toEqual([
      booked.amountQuote,
      booked.amountQuote,
    ]);
    const half = await watched({
      markets: [{ ...short, heldBase: '-1', costQuote: '-99', funding }],
      marginQuote: 1_000,
      members: each({}),
    });
    expect(half.of('IncomeBooked').map(({ income }) => income.amountQuote)).toEqual([
      '0.06172839450617284',
      '0.06172839450617284',
    ]);
    expect(of('BalanceDiffered')).toEqual([]);
  });
});
