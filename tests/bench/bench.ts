/** `npm run bench`: the paths that a trader waits for, each beside the bare thing it cannot beat. Last line: JSON. */
import '../../main/require-node.ts';
import { cpus } from 'node:os';
import { textTable } from '../../main/commands/output.ts';
import { ensureScreenBuilt } from '../../main/screen-build.ts';
import { benchDecisionPath } from './decision-path.ts';
import { benchRestartPath } from './restart-path.ts';
import { benchScreenPath } from './screen-path.ts';
import type { Summary } from './statistics.ts';
import { fsyncYardstick, webSocketYardstick } from './yardsticks.ts';

const ms = (value: number): string => `${value < 1 ? value.toFixed(4) : value.toFixed(1)} ms`;
const times = (value: number, yardstick: number): string => `${(value / yardstick).toFixed(1)}×`;

await ensureScreenBuilt((text) => process.stderr.write(`${text}\n`));
process.stderr.write('Measuring; about three minutes …\n');
const fsync = fsyncYardstick(300);
const webSocket = await webSocketYardstick(2_000);
const { closeToVotes, gate } = await benchDecisionPath(120);
const screen = await benchScreenPath(90, 20);
const restart = await benchRestartPath(500);

const row = (path: string, budget: string, summary: Summary, beside: string): string[] => [
  path,
  budget,
  ms(summary.p50),
  ms(summary.p99),
  String(summary.n),
  beside,
];
const once = (path: string, budget: string, value: number): string[] => [path, budget, ms(value), '', '1', ''];
console.log(
  textTable([
    ['path', 'budget p99', 'p50', 'p99', 'n', 'p50 beside the bare thing'],
    row(
      'venue event → frame',
      '25 ms',
      screen.eventToFrame,
      `${times(screen.eventToFrame.p50, webSocket.p50)} a WebSocket round trip`,
    ),
    row(
      'candle close → votes of rule and model',
      '50 ms',
      closeToVotes,
      `${times(closeToVotes.p50, webSocket.p50)} a WebSocket round trip`,
    ),
    row('pre-trade check', '0.1 ms', gate, ''),
    row('sign → bytes on the wire', '20 ms', screen.signToWire, `${times(screen.signToWire.p50, fsync.p50)} an fsync`),
    once('engine start → live chart', '3 s', screen.engineToChartMs),
    once('engine start → ten charts', '10 s', screen.engineToAllChartsMs),
    once('process start → live chart', '', screen.startToChartMs),
    once(`engine start → reconciled, ${restart.orders} orders`, '10 s', restart.engineToReconciledMs),
    once(`process start → entries again, ${restart.orders} orders`, '', restart.startToReadyMs),
    row('yardstick: append and fsync', '', fsync, ''),
    row('yardstick: WebSocket round trip', '', webSocket, ''),
  ]),
);
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node };
console.log(JSON.stringify({ machine, closeToVotes, gate, ...screen, restart, fsync, webSocket }));
process.exit(0);
