/** Tests that run in one go. */
export type Suite =
  /** Files, or folders of them, of one project of `vitest.config.ts`; `only` picks tests by their name. */
  | { readonly project: string; readonly files: readonly string[]; readonly only?: string }
  /** So many seeds of the simulation, from this one on. */
  | { readonly seeds: number; readonly from: number };

/** One promise of the program, broken on purpose: `find` stands in `file` exactly once and becomes `replace`. */
export interface Mutation {
  readonly name: string;
  readonly breaks: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Every one of them must notice. */
  readonly killedBy: readonly Suite[];
}

const unit = (...files: string[]): Suite => ({ project: 'unit', files: files.map((file) => `tests/unit/${file}`) });
const faults = (part: string, only: string): Suite => ({
  project: 'faults',
  files: [`tests/faults/${part}.test.ts`],
  only,
});
/** The recorded history that this very repair was made for. */
const pinned = (name: string): Suite => ({
  project: 'simulation',
  files: ['tests/simulation/engine/engine-simulation.test.ts'],
  only: `${name} holds`,
});
const SEEDS: Suite = { seeds: 80, from: 1_000_000 };

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'durable-before-send',
    breaks: 'what led to an order is on the disk before the order goes out',
    file: 'main/engine/kernel/core.ts',
    find: `        deps.journal.commit();
        for (const effect of effects) deps.perform(effect);`,
    replace: `        for (const effect of effects) deps.perform(effect);
        deps.journal.commit();`,
    killedBy: [unit('kernel/core.test.ts'), SEEDS],
  },
  {
    name: 'ledger-not-synced',
    breaks: 'a ledger event is on the platter when its commit returns',
    file: 'main/engine/kernel/event-log.ts',
    find: 'fdatasyncSync(lanes.ledger.file);',
    replace: '',
    killedBy: [unit('kernel')],
  },
  {
    name: 'hash-chain-unread',
    breaks: 'a record that was changed on the disk is found',
    file: 'main/engine/kernel/log-reader.ts',
    find: 'if (record.seq <= seq || chainHash(hash, record.seq, record.timeMs, record.json) !== record.hash) {',
    replace: 'if (record.seq <= seq) {',
    killedBy: [unit('kernel')],
  },
  {
    name: 'reconciliation-of-fills',
    breaks: 'the audit books fills that no stream brought',
    file: 'main/engine/execution/audit.ts',
    find: 'for (const fill of fillsOnce(audit.fills)) {',
    replace: 'for (const fill of fillsOnce([])) {',
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'reconciliation-of-orders',
    breaks: 'the audit takes in what the venue says of orders',
    file: 'main/engine/execution/audit.ts',
    find: 'for (const report of latestReports(audit)) {',
    replace: 'for (const report of latestReports(audit).slice(0, 0)) {',
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'restart-without-books',
    breaks: 'after a start nothing is placed before the venue’s books were read',
    file: 'main/engine/execution/apply-orders.ts',
    find: '      state.reconciled.clear();\n',
    replace: '',
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'entries-before-books',
    breaks: 'after a start no entry is signed before the venue’s books were read',
    file: 'main/engine/risk/risk-state.ts',
    find: `        armed = false;
        venues.clear();`,
    replace: '        armed = false;',
    killedBy: [unit('risk'), SEEDS],
  },
  {
    name: 'sent-again-after-restart',
    breaks: 'an order of unknown outcome is asked about and never sent again',
    file: 'main/engine/execution/execution-stage.ts',
    find: `    } else if (record.state === 'unknown') {
      askVenue(hand, record);`,
    replace: `    } else if (record.state === 'unknown' && record.order) {
      hand.perform({ kind: 'SubmitOrder', order: record.order });`,
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'timeout-taken-as-refusal',
    breaks: 'an order whose answer is lost is unknown, not refused',
    file: 'main/engine/venues/binance/errors.ts',
    find: "return { kind: 'unknown', code: 'NO_ANSWER',",
    replace: "return { kind: 'refused', code: 'NO_ANSWER',",
    killedBy: [unit('venues'), SEEDS],
  },
  {
    name: 'not-found-too-soon',
    breaks: 'an order counts as not found only when the venue would no longer take it',
    file: 'main/engine/venues/binance/order-query.ts',
    find: 'command.sentAtMs + context.recvWindowMs + MARGIN_MS',
    replace: 'command.sentAtMs',
    killedBy: [unit('venues')],
  },
  {
    name: 'unknown-blocks-no-entry',
    breaks: 'an order of unknown outcome blocks new entries in its instrument',
    file: 'main/engine/risk/evaluate.ts',
    find: 'if (inputs.hasUnknown) {',
    replace: "if (inputs.hasUnknown && proposal.origin !== 'manual') {",
    killedBy: [unit('risk'), SEEDS],
  },
  {
    name: 'no-recheck-at-sending',
    breaks: 'the gate looks once more at the moment of sending',
    file: 'main/engine/approval/approval-stage.ts',
    find: 'const verdict = deps.recheck(asked, qtyBase, context.nowMs);',
    replace: `const verdict =
      held.verdict?.outcome === 'pass' ? held.verdict : deps.recheck(asked, qtyBase, context.nowMs);`,
    killedBy: [unit('approval'), SEEDS],
  },
  {
    name: 'no-band-at-approval',
    breaks: 'an approval holds only inside the price band it was asked with',
    file: 'main/engine/approval/approval-stage.ts',
    find: 'if (withinBand(now, then, bandBps)) return null;',
    replace: 'if (now > 0n) return null;',
    killedBy: [unit('approval')],
  },
  {
    name: 'two-signatures',
    breaks: 'one signature per proposal, whatever the keys repeat',
    file: 'main/engine/approval/approval-stage.ts',
    find: 'if (!isAsked(held)) {',
    replace: "if (!isAsked(held) && held.state !== 'signed') {",
    killedBy: [unit('approval'), SEEDS],
  },
  {
    name: 'proposals-outlive-restart',
    breaks: 'pending proposals lapse on restart',
    file: 'main/engine/approval/approval-stage.ts',
    find: "        lapseAll(context, 'the engine was restarted', isOpen);\n",
    replace: '',
    killedBy: [unit('approval')],
  },
  {
    name: 'approval-after-expiry',
    breaks: 'an approval that comes after the proposal’s time signs nothing',
    file: 'main/engine/approval/approval-stage.ts',
    find: '  nowMs > expiresAtMs || nowMs < updatedAtMs - CLOCK_BACK_MS_MAX;',
    replace: '  nowMs > expiresAtMs + 86_400_000 || nowMs < updatedAtMs - CLOCK_BACK_MS_MAX;',
    killedBy: [unit('approval')],
  },
  {
    name: 'any-order-is-countersigned',
    breaks: 'only what approval sealed in this process can be sent',
    file: 'main/engine/approval/approval-stage.ts',
    find: 'isCountersigned: (order) => seal.isStamped(order),',
    replace: 'isCountersigned: () => true,',
    killedBy: [unit('approval')],
  },
  {
    name: 'unsealed-verdict',
    breaks: 'only a verdict that the gate itself made is signed',
    file: 'main/engine/risk/risk-stage.ts',
    find: 'isVerdict: (verdict) => seal.isStamped(verdict),',
    replace: 'isVerdict: () => true,',
    killedBy: [unit('risk', 'approval')],
  },
  {
    name: 'position-limit-ignored',
    breaks: 'no entry takes a position over its limit',
    file: 'main/engine/risk/evaluate.ts',
    find: 'if (cap.qty >= order.qty) continue;',
    replace: "if (cap.qty >= order.qty || cap.finding.code === 'position-limit') continue;",
    killedBy: [unit('risk'), SEEDS],
  },
  {
    name: 'quote-never-stale',
    breaks: 'nothing is signed on a stale quote',
    file: 'main/engine/risk/evaluate.ts',
    find: 'if (ageMs <= limits.quoteAgeMsMax && ageMs >= -QUOTE_AHEAD_MS_MAX) return null;',
    replace: 'if (ageMs >= -QUOTE_AHEAD_MS_MAX) return null;',
    killedBy: [unit('risk')],
  },
  {
    name: 'fill-booked-twice',
    breaks: 'a fill is booked once, however often it is told',
    file: 'main/engine/execution/venue-reports.ts',
    find: 'const before = state.fills.get(fillKey(fill));',
    replace: "const before = via === 'audit' ? state.fills.get(fillKey(fill)) : undefined;",
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'stop-stays-small',
    breaks: 'the stop grows with what fills after it was placed',
    file: 'main/engine/execution/protection-plan.ts',
    find: "if (elapsedMs(placedAtMs, input.nowMs) >= STOP_RESIZE_MS) draft.cancels.set(stop.clientOrderId, 'replace-stop');",
    replace: "if (placedAtMs < 0) draft.cancels.set(stop.clientOrderId, 'replace-stop');",
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'stop-does-not-return',
    breaks: 'a stop that made room for a sale comes back when the sale fails',
    file: 'main/engine/execution/protection-plan.ts',
    find: 'const sells = isSale(record) && record.order !== null && isLive(record);',
    replace: 'const sells = isSale(record) && record.order !== null;',
    killedBy: [unit('execution')],
  },
  {
    name: 'stop-larger-than-held',
    breaks: 'stops never sell more than is held',
    file: 'main/engine/execution/protection-plan.ts',
    find: '  let pool = input.held;',
    replace: '  let pool = input.held * 2n;',
    killedBy: [unit('execution'), SEEDS],
  },
  {
    name: 'kill-switch-leaves-orders',
    breaks: 'the kill switch takes back every order that adds risk',
    file: 'main/engine/execution/people.ts',
    find: "for (const record of activeOrders(hand.state)) if (!reduces(record)) wantCancel(hand, record, 'kill-switch');",
    replace:
      "for (const record of activeOrders(hand.state)) if (reduces(record)) wantCancel(hand, record, 'kill-switch');",
    killedBy: [unit('execution')],
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
    name: 'old-stop-sells-another-trade',
    breaks: 'a stop’s fill takes from its own trade alone, however late it comes',
    file: 'main/engine/execution/apply-fill.ts',
    find: '    if (record.coveredBy !== null && record.coveredBy !== id) continue;\n',
    replace: '',
    killedBy: [unit('execution'), faults('fills', 'old-stops-fill')],
  },
  {
    name: 'rules-not-read-again',
    breaks: 'a refusal for the venue’s rules has them read again',
    file: 'main/engine/venues/binance/rules-watch.ts',
    find: '      wanted = true;\n      if (!busy)',
    replace: '      if (!busy)',
    killedBy: [faults('submit-path', 'lot-grows:')],
  },
  {
    name: 'stop-off-the-tick',
    breaks: 'a stop that no longer fits the venue’s tick is placed at the next price that does',
    file: 'main/engine/domain/money.ts',
    find: `return atoms % tickSize === 0n
    ? price`,
    replace: `return atoms > 0n
    ? price`,
    killedBy: [unit('execution'), faults('submit-path', 'tick-grows-before-the-stop')],
  },
  {
    name: 'print-gap-unnoticed',
    breaks: 'a candle over missing prints is not called whole',
    file: 'main/engine/market/instrument-market.ts',
    find: 'const missing = skipped && numberedRun >= NUMBERED_RUN;',
    replace: 'const missing = skipped && numberedRun < 0;',
    killedBy: [unit('market')],
  },
  {
    name: 'book-gap-unnoticed',
    breaks: 'a lost message of the book is found and the book is taken anew',
    file: 'main/engine/venues/binance/tapped-binance.ts',
    find: "watchTickers: { name: 'ticker' },",
    replace: "watchTickers: { name: 'ticker' },\n        watchOrderBook: { checksum: false },",
    killedBy: [
      { project: 'contract', files: ['tests/contract/venues/binance-market.test.ts'], only: 'a lost book message' },
    ],
  },
  {
    name: 'kill-switch-said-once',
    breaks: 'with the kill switch on, an entry that comes back or whose cancel a crash cut off is taken back, too',
    file: 'main/engine/execution/execution-stage.ts',
    find: '      keepKilled(hand);\n',
    replace: '',
    killedBy: [pinned('crash-cuts-off-kill-switch'), pinned('killed-order-comes-back')],
  },
  {
    name: 'clock-back-not-seen',
    breaks: 'a clock that was set back keeps nothing from being due',
    file: 'main/engine/execution/order-store.ts',
    find: 'nowMs >= sinceMs ? nowMs - sinceMs : Number.POSITIVE_INFINITY;',
    replace: 'nowMs - sinceMs;',
    killedBy: [pinned('clock-set-back-keeps-stop-small')],
  },
  {
    name: 'strangers-not-asked-about',
    breaks: 'an audit asks whose fills are that it does not know, before they are booked as somebody else’s',
    file: 'main/engine/venues/binance/audit.ts',
    find: '    closed.push(...(await strangers(fills, [...openOrders, ...closed])));\n',
    replace: '',
    killedBy: [pinned('not-found-and-filled')],
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
    name: 'not-found-is-for-ever',
    breaks: 'an order called not found comes back when the venue shows it',
    file: 'main/engine/execution/order-record.ts',
    find: "if (isOver && to !== 'filled' && !isPresumedGone(record)) return null;",
    replace: "if (isOver && to !== 'filled') return null;",
    killedBy: [pinned('cancelled-order-forgotten')],
  },
  {
    name: 'no-is-for-ever',
    breaks: 'an order called refused comes back when the venue shows it',
    file: 'main/engine/execution/order-record.ts',
    find: 'if (!canBecome(record.state, to)) return null;',
    replace: 'if (!canBecome(record.state, to) || isFinal(record.state)) return null;',
    killedBy: [pinned('refused-order-forgotten')],
  },
  {
    name: 'lone-end-untold',
    breaks: 'an audit tells of a pair of which one end is over and the other rests',
    file: 'main/engine/venues/binance/private-reads.ts',
    find: 'if (!alone.delete(pair)) alone.set(pair, order.instrumentId);',
    replace: 'if (!alone.delete(pair) && stated) alone.set(pair, order.instrumentId);',
    killedBy: [pinned('one-end-of-a-pair-rests')],
  },
  {
    name: 'reduce-only-dropped',
    breaks: 'an order on a perpetual that is no entry may only reduce, and the venue sees to it',
    file: 'main/engine/venues/binance-usdm/orders.ts',
    find: '{ ...params, reduceOnly: true }',
    replace: 'params',
    killedBy: [SEEDS],
  },
  {
    name: 'dead-man-not-refreshed',
    breaks: 'the dead-man switch never runs out while the terminal runs',
    file: 'main/engine/venues/dead-man-switch.ts',
    find: 'elapsedMs(confirmedAtMs) < countdownMs / REFRESHES;',
    replace: 'elapsedMs(confirmedAtMs) < countdownMs * REFRESHES;',
    killedBy: [unit('venues'), SEEDS],
  },
  {
    name: 'dead-man-let-go-once',
    breaks: 'the dead-man switch is taken away until the venue confirms it',
    file: 'main/engine/venues/dead-man-switch.ts',
    find: "if (problem !== '') return;",
    replace: "if (problem !== '' && guard.isWanted) return;",
    killedBy: [unit('venues'), pinned('countdown-left-armed')],
  },
  {
    name: 'dead-man-left-by-a-crash',
    breaks: 'the dead-man switch that an earlier run armed is taken away',
    file: 'main/engine/engine.ts',
    find: '      deadMan.takeAway(pipeline.deadMan.view.leftBehind());\n',
    replace: '',
    killedBy: [pinned('countdown-left-by-a-crash')],
  },
  {
    name: 'dead-man-clock-set-back',
    breaks: 'a clock that was set back does not keep the dead-man switch from being refreshed',
    file: 'main/engine/venues/dead-man-switch.ts',
    find: '(nowMs() >= sinceMs ? nowMs() - sinceMs : Number.POSITIVE_INFINITY)',
    replace: '(nowMs() - sinceMs)',
    killedBy: [unit('venues'), pinned('clock-set-back-stops-refreshes')],
  },
  {
    name: 'fired-order-believed-a-strangers',
    breaks: 'what a conditional order became is never booked as somebody else’s',
    file: 'main/engine/venues/binance-usdm/market.ts',
    find: 'if (triggered.isStranger(report, reduceOnly)) {',
    replace: 'if (triggered.isStranger(report, false)) {',
    killedBy: [unit('venues'), pinned('fired-stop-taken-for-another')],
  },
  {
    name: 'perpetual-rules-unread',
    breaks: 'the rules of a perpetual are read again like those of spot',
    file: 'main/engine/venues/binance/rules-watch.ts',
    find: '{ ...known, contractSize: 1, info: row }',
    replace: '{ ...known, info: row }',
    killedBy: [unit('venues'), pinned('perpetual-rules-not-read-again')],
  },
  {
    name: 'perpetual-target-comes-back',
    breaks: 'a target that a person took back stays away, also where the venue shows it again',
    file: 'main/engine/execution/perpetual-plan.ts',
    find: "record.purpose === 'target' && cover.targetPrice === null)",
    replace: "record.purpose === 'target' && cover.targetPrice === '')",
    killedBy: [unit('execution'), pinned('target-taken-back-comes-back')],
  },
  {
    name: 'perpetual-stop-outgrows-position',
    breaks: 'a stop of a perpetual never closes more than is left of its trade',
    file: 'main/engine/execution/perpetual-plan.ts',
    find: 'if (rest > promised.left && desired < instrument.minQty) {',
    replace: 'if (rest > promised.left && desired < 0n) {',
    killedBy: [unit('execution'), pinned('stop-larger-than-dust')],
  },
  {
    name: 'exit-in-the-way',
    breaks: 'a person’s exit does not stand in the way of the close that a refused stop calls for',
    file: 'main/engine/execution/perpetual-plan.ts',
    find: "draft.cancels.set(exit.clientOrderId, 'stop-reached');",
    replace: '',
    killedBy: [unit('execution'), pinned('exit-in-the-way-of-a-stop')],
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
