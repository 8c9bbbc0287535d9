import { type Mutation, pinned, SEEDS, unit } from './mutation.ts';

/** What is booked, once, in the right account. */
export const BOOKING: readonly Mutation[] = [
  {
    name: 'fill-booked-twice',
    breaks: 'a fill is booked once, however often it is told',
    file: 'main/engine/execution/venue-reports.ts',
    find: 'const before = state.fills.get(fillKey(fill));',
    replace: "const before = via === 'audit' ? state.fills.get(fillKey(fill)) : undefined;",
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'two-under-one-name',
    breaks: 'orders made elsewhere that share a name are so many orders',
    file: 'main/engine/execution/venue-reports.ts',
    find: 'state.orders.has(own) || [...told.values()].includes(own)',
    replace: 'state.orders.has(own)',
    killedBy: [unit('execution'), pinned('liquidations-share-a-name')],
  },
  {
    name: 'fee-not-booked',
    breaks: 'cash and coins add up to the fills, fees included',
    file: 'main/engine/ledger/apply-bookings.ts',
    find: "const cost = multiplyDecimal(price, qty, 'up') + feeQuote;",
    replace: "const cost = multiplyDecimal(price, qty, 'up');",
    killedBy: [unit('ledger')],
  },
  {
    name: 'fee-forgotten-before-purchase',
    breaks: 'a fee told before the purchase of what paid it waits for that purchase',
    file: 'main/engine/ledger/apply-bookings.ts',
    find: '?? ofAsset[0] ?? [];',
    replace: '?? [];',
    killedBy: [pinned('fee-before-its-purchase')],
  },
  {
    name: 'opened-amid-funding',
    breaks: 'no account is opened while funding of the hour may still be on its way',
    file: 'main/engine/ledger/ledger-stage.ts',
    find: 'if (!state.opened.has(venue) && mayBeFunded(compared.audit)) return;',
    replace: '',
    killedBy: [unit('ledger'), pinned('opened-before-funding-came')],
  },
  {
    name: 'opened-while-trading',
    breaks: 'an account is opened by an audit during which nothing traded',
    file: 'main/engine/ledger/ledger-stage.ts',
    find: 'if (!state.opened.has(venue) && compared.putOffs > 0) {',
    replace: 'if (!state.opened.has(venue) && compared.putOffs < 0) {',
    killedBy: [unit('ledger')],
  },
];
