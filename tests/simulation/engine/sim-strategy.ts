import { type InstrumentId, isPerpetual } from '../../../main/engine/domain/instrument.ts';
import type { AgentsOf } from '../../../main/engine/pipeline.ts';
import { createOutsideAgent } from '../../../main/lab/strategy/outside-agent.ts';
import type { Listing } from './sim-market.ts';

/** A strategy of which nothing is asked but that it says what is to rest when told to. */
export const MAKER = { name: 'simulated-maker', title: 'Simulated maker' };

/** Its place in the ensemble, on all that is listed. */
export const makerOn = (listings: readonly Listing[]): AgentsOf => {
  const perpetuals: readonly InstrumentId[] = listings.map(({ record }) => record.id).filter(isPerpetual);
  return (account) => ({ strategies: [createOutsideAgent(MAKER, '1m', account, perpetuals)], alone: false });
};
