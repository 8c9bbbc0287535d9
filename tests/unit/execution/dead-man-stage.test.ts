import { describe, expect, it } from 'vitest';
import { createDeadManStage } from '../../../main/engine/dead-man-stage.ts';
import type { Effect } from '../../../main/engine/domain/events.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import type { OpenOrderView } from '../../../main/engine/domain/portfolio.ts';
import { BTC, PERP } from '../../support/trading-rig.ts';

const ETH = 'binance-usdm:ETH/USDT:USDT';
const order = (
  instrumentId: string,
  purpose: OpenOrderView['purpose'],
  state: OpenOrderView['state'] = 'acknowledged',
): OpenOrderView => ({
  clientOrderId: `${instrumentId}${purpose}`,
  instrumentId,
  purpose,
  side: 'buy',
  type: 'limit',
  state,
  qtyBase: 1n,
  remainingBase: 1n,
  limitPrice: 1n,
  triggerPrice: null,
});

function guarded(mode: 'off' | 'entries' | 'all', open: readonly OpenOrderView[]): string[] {
  const stage = createDeadManStage({ open: () => open });
  stage.apply({ kind: 'DeadManSwitchSet', mode }, 0);
  return stage.view.guarded();
}

describe('[V20] where the dead-man switch is wanted', () => {
  const resting = [order(BTC, 'entry'), order(PERP, 'entry'), order(PERP, 'stop'), order(ETH, 'entry')];

  it('is off until somebody wants it, and never on spot', () => {
    expect(createDeadManStage({ open: () => resting }).view.guarded()).toEqual([]);
    expect(guarded('off', resting)).toEqual([]);
    expect(guarded('all', [order(BTC, 'entry')])).toEqual([]);
  });

  it('for entries: where an entry rests and nothing that protects; for all: wherever anything rests', () => {
    expect(guarded('entries', resting)).toEqual([ETH]);
    expect(guarded('all', resting)).toEqual([PERP, ETH]);
  });

  it('what is not sent yet is not guarded', () => {
    expect(guarded('all', [order(PERP, 'entry', 'persisted')])).toEqual([]);
  });

  it('an earlier run may have left it where there were orders, if it was ever wanted', () => {
    const stage = createDeadManStage({ open: () => [] });
    const sent = { instrumentId: PERP } as CountersignedOrder;
    stage.apply({ kind: 'OrderPersisted', order: sent }, 0);
    stage.apply({ kind: 'OrderPersisted', order: { ...sent, instrumentId: BTC } }, 0);
    expect(stage.view.leftBehind()).toEqual([]);
    stage.apply({ kind: 'DeadManSwitchSet', mode: 'all' }, 0);
    stage.apply({ kind: 'DeadManSwitchSet', mode: 'off' }, 0);
    expect(stage.view.leftBehind()).toEqual([PERP]);
  });

  it('when it may have fired the venue’s books are read', () => {
    const stage = createDeadManStage({ open: () => [] });
    const asked: Effect[] = [];
    const context = { nowMs: 0, emit: () => {}, perform: (effect: Effect) => void asked.push(effect), newId: () => '' };
    stage.handle({ kind: 'DeadManFired', instrumentId: PERP }, context);
    expect(asked).toMatchObject([{ kind: 'RequestAudit', venue: 'binance-usdm' }]);
  });
});
