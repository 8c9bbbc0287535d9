import { type Agent, abstaining } from '../../engine/decision/agent.ts';
import type { Timeframe } from '../../engine/domain/candle.ts';
import { type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { StrategyAccount } from '../../engine/strategy-account.ts';
import type { SupposedEdge } from '../backtest/mandate-signer.ts';
import type { StrategyOutline } from './outline.ts';
import { heldOf, type Wanted, wishOpinion } from './wish-opinion.ts';

/**
 * The place in the ensemble of a strategy that runs outside: what it wants comes as events, and is all that it can say. Without a word
 * about the last candle it abstains; once it is switched off, until the next start.
 * @param instruments that it names; none where it looks at each of spot
 */
export function createOutsideAgent(
  { name, title }: Pick<StrategyOutline, 'name' | 'title'>,
  timeframe: Timeframe,
  account: StrategyAccount,
  instruments: readonly InstrumentId[] = [],
  supposed: SupposedEdge | null = null,
): Agent {
  const closes = new Map<InstrumentId, { readonly close: number; readonly candleCloseTimeMs: number }>();
  const spoken = new Map<
    InstrumentId,
    Pick<Wanted, 'wish' | 'wishedMs' | 'rests' | 'toldMs'> & { readonly isWarm: boolean }
  >();
  let off: string | null = null;

  return {
    id: name,
    label: title,
    kind: 'rule',
    timeframe,
    perpetuals: instruments.filter(isPerpetual),
    onCandle(id, tape) {
      if (!tape.last) return;
      closes.set(id, { close: tape.last.close, candleCloseTimeMs: tape.closeTimeMs });
      spoken.delete(id);
    },
    onStrategy(event) {
      if (event.kind === 'StrategySpoke') {
        const { candleCloseTimeMs: wishedMs, isWarm, wishes } = event;
        for (const { instrumentId, wish, rests = {} } of wishes)
          spoken.set(instrumentId, { wish, wishedMs, rests, toldMs: wishedMs, isWarm });
        return;
      }
      spoken.clear();
      off = event.kind === 'StrategySwitchedOff' ? event.why : null;
    },
    opinion(id, nowMs) {
      const closed = closes.get(id);
      if (!closed) return abstaining('does not look at it', 'unknown');
      if (off !== null) return abstaining(`switched off: ${off}`, 'unknown', closed.candleCloseTimeMs);
      const said = spoken.get(id);
      // A word that came after the next candle had closed is about the one before.
      if (!said || said.wishedMs < closed.candleCloseTimeMs)
        return abstaining('has not spoken about this candle yet', 'unknown', closed.candleCloseTimeMs);
      if (!said.isWarm) return abstaining('warming up', 'unknown', closed.candleCloseTimeMs);
      return wishOpinion(name, { ...said, ...closed }, heldOf(id, account), nowMs, supposed);
    },
  };
}
