import type { Connection } from '../../connection.ts';
import { isLiquidation, type MarginNews } from '../../derivatives/margin-desk.ts';
import type { Position } from '../../derivatives/position.ts';
import type { UsdmContext } from './context.ts';
import { algoUpdate, entryPrice, orderTradeUpdate, rounded, signed, signedLots } from './render.ts';

/** The account's own events, on the connections that came with its listen key. */
export class PrivateStreams {
  readonly #context: UsdmContext;
  readonly #keys = new Map<Connection, string>();

  constructor(context: UsdmContext) {
    this.#context = context;
  }

  get connections(): readonly Connection[] {
    return [...this.#keys.keys()];
  }

  /** Takes on a connection; one whose key is not the account's present key is closed. */
  open(connection: Connection, path: string, query: string): void {
    const key = new URLSearchParams(query).get('listenKey') ?? path.split('/').at(-1) ?? '';
    this.#keys.set(connection, key);
    if (!this.#context.listenKeys.isValid(key)) connection.close(1008, 'invalid listenKey');
  }

  close(connection: Connection): void {
    this.#keys.delete(connection);
  }

  /** Requests on a private stream change nothing; they are acknowledged. */
  onText(connection: Connection, text: string): void {
    const id = /"id"\s*:\s*(\d+)/.exec(text)?.[1] ?? 'null';
    connection.reply(`{"result":null,"id":${id}}`);
  }

  onNews(news: MarginNews): void {
    const nowMs = this.#context.nowMs();
    const { rules, tradeIdOf } = this.#context.exchange;
    for (const order of news.conditionals) {
      this.#tell('ALGO_UPDATE', algoUpdate(rules.get(order.symbol)!, order, nowMs));
    }
    for (const report of news.reports) {
      const realized = report.fill ? (news.realized.get(report.fill.tradeId) ?? 0n) : 0n;
      const { order } = report;
      const event = orderTradeUpdate(
        rules.get(order.symbol)!,
        report,
        realized,
        isLiquidation(order),
        nowMs,
        tradeIdOf,
      );
      this.#tell('ORDER_TRADE_UPDATE', event);
    }
    if (news.incomes.length + news.positions.length > 0) this.#tell('ACCOUNT_UPDATE', this.#accountUpdate(news, nowMs));
  }

  /** Keys that lapsed: their streams are told and ended. */
  tick(): void {
    for (const [connection, key] of this.#keys) {
      if (!this.#context.listenKeys.isValid(key)) this.#expire(connection, key);
    }
  }

  /** Ends every private stream as if its key had lapsed. */
  terminate(): void {
    this.#context.listenKeys.close();
    this.tick();
  }

  #expire(connection: Connection, listenKey: string): void {
    const event = { e: 'listenKeyExpired', E: this.#context.nowMs(), listenKey };
    connection.push('listenKeyExpired', JSON.stringify(event));
    connection.close(1000, 'listenKey expired');
    this.#keys.delete(connection);
  }

  #accountUpdate(news: MarginNews, nowMs: number) {
    const { account } = this.#context.derivatives;
    const wallet = signed(account.walletAtoms);
    const kinds = new Set(news.incomes.map(({ kind }) => kind));
    const cause = kinds.has('funding-fee') ? 'FUNDING_FEE' : kinds.has('transfer') ? 'DEPOSIT' : 'ORDER';
    const outside = news.incomes
      .filter(({ kind }) => kind === 'transfer' || kind === 'funding-fee' || kind === 'insurance-clear')
      .reduce((sum, { atoms }) => sum + atoms, 0n);
    return {
      e: 'ACCOUNT_UPDATE',
      E: nowMs,
      T: news.timeMs,
      a: {
        m: cause,
        B: [{ a: 'USDT', wb: wallet, cw: wallet, bc: signed(outside) }],
        P: news.positions.map((position) => this.#positionRow(position)),
      },
    };
  }

  #positionRow(position: Position) {
    const { account, mark } = this.#context.derivatives;
    const rules = this.#context.exchange.rules.get(position.symbol)!;
    return {
      s: position.symbol,
      pa: signedLots(rules, position.lots),
      ep: entryPrice(rules, position),
      bep: entryPrice(rules, position),
      cr: '0',
      up: rounded(account.unrealizedAtoms(position.symbol, mark(position.symbol))),
      mt: 'cross',
      iw: '0',
      ps: 'BOTH',
    };
  }

  #tell(name: string, event: unknown): void {
    const text = JSON.stringify(event);
    for (const connection of this.#keys.keys()) connection.push(name, text);
  }
}
