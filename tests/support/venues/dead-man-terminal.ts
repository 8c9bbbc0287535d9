/**
 * The part of a terminal that keeps the venue's dead-man switch from firing, as a process that can be killed: connector and
 * switch, on a venue that runs. Arguments: port, key, secret, countdown in ms, instrument,
 * candle store. Each confirmed refresh is a line.
 */
import { createDeadManSwitch } from '../../../main/engine/venues/dead-man-switch.ts';
import { openConnector } from './open-connector.ts';

const [port = '', apiKey = '', secret = '', countdownMs = '', instrumentId = '', candleStorePath = ''] =
  process.argv.slice(2);
const symbol = instrumentId.slice(instrumentId.indexOf(':') + 1);
const connector = openConnector(
  { port: Number(port), apiKey, secret },
  // A busy machine is no reason to give a refresh up.
  { market: 'usdm', symbols: [symbol], candleStorePath, timeoutMs: 10_000, recvWindowMs: 10_000 },
);
const guard = createDeadManSwitch({
  countdownMs: Number(countdownMs),
  nowMs: () => Date.now(),
  every: (ms, action) => {
    const timer = setInterval(action, ms);
    return () => clearInterval(timer);
  },
  send: (command) => connector.port.send(command),
  onMayHaveFired: () => process.stdout.write(`${JSON.stringify({ mayHaveFired: true })}\n`),
});
connector.port.onEvent((event) => {
  if (event.kind === 'InstrumentsLoaded') guard.guard([instrumentId]);
  if (event.kind !== 'CountdownAnswered') return;
  guard.onAnswered(event);
  process.stdout.write(`${JSON.stringify({ askedAtMs: event.askedAtMs, problem: event.problem })}\n`);
});
