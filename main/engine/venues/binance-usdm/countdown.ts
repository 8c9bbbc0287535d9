import { askVenue, type ConnectorContext, newTrace } from '../binance/connector-context.ts';
import { describeError } from '../binance/errors.ts';
import type { VenueCommand } from '../venue-port.ts';
import type { TappedUsdm } from './tapped-usdm.ts';

const WEIGHT = 10;
/** A switch that is taken away is so whenever it gets through. */
const TAKE_AWAY_WAIT_MS = 10_000;

/** Sets the venue's dead-man switch of one instrument, and tells what came of it. Never throws. */
export async function setCountdown(
  context: ConnectorContext,
  { instrumentId, countdownMs }: Extract<VenueCommand, { kind: 'countdown' }>,
): Promise<void> {
  const exchange = context.exchange as TappedUsdm;
  const symbol = context.instruments.venueSymbol(instrumentId);
  const askedAtMs = context.nowMs();
  const answer = (problem: string): void =>
    context.emit({ kind: 'CountdownAnswered', instrumentId, countdownMs, askedAtMs, problem });
  if (!symbol) {
    answer(`${instrumentId} is not known: the venue has not been reached yet.`);
    return;
  }
  // A refresh that finds no room for as long makes way for the next one.
  const waitMsMax = countdownMs === 0 ? TAKE_AWAY_WAIT_MS : countdownMs / 4;
  try {
    await askVenue(context, newTrace('protect', WEIGHT, waitMsMax), () =>
      exchange.fapiPrivatePostCountdownCancelAll({ symbol, countdownTime: countdownMs }),
    );
    answer('');
  } catch (error) {
    if ((error as Error).name === 'InvalidNonce') await context.correctClock();
    answer(describeError(error));
  }
}
