import type { TickDesk, TickStrategy } from './tick-engine.ts';

export interface InventoryQuotesParams {
  readonly everyUs: number;
  readonly qtyLots: number;
  /** Ticks from the middle, which leans a tick against each `qtyLots` held. */
  readonly awayTicks: number;
  /** No more is bought, or sold, from this many times `qtyLots` on. */
  readonly positionMax: number;
}

/** Quotes both sides post-only about a middle that leans against the position; cancels and quotes anew each time. */
export class InventoryQuotes implements TickStrategy {
  readonly everyUs: number;
  readonly #params: InventoryQuotesParams;

  constructor(params: InventoryQuotesParams) {
    this.everyUs = params.everyUs;
    this.#params = params;
  }

  onTime(desk: TickDesk): void {
    const { qtyLots, awayTicks, positionMax } = this.#params;
    const position = desk.positionLots / qtyLots;
    const middle = desk.book.midTicks - position;
    desk.cancelAll();
    if (Number.isNaN(middle)) return;
    const [buy, sell] = [Math.floor(middle - awayTicks), Math.ceil(middle + awayTicks)];
    if (position < positionMax && buy > 0) desk.order(1, 'post-only', buy, qtyLots);
    if (position > -positionMax && sell > 0) desk.order(-1, 'post-only', sell, qtyLots);
  }
}
