import type { FromHost } from '../../engine/inference/protocol.ts';
import { createInferenceHost } from './inference-host.ts';
import { connectToParent } from './parent-channel.ts';

/**
 * The ml-host process. ONNX lives here and not in the engine because native inference can abort a whole process, and
 * that must never take an order with it.
 */

const STATUS_INTERVAL_MS = 1_000;

const parent = connectToParent();
const host = createInferenceHost((message: FromHost) => parent.send(message));

let stopping = false;
async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await host.stop();
  process.exit(exitCode);
}

parent.onMessage((message) => {
  if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'Stop') void stop(0);
  else if (!stopping) host.receive(message);
});
parent.onClosed(() => void stop(0));
process.on('SIGTERM', () => void stop(0));
// Ctrl+C in a terminal reaches the whole process group; the engine decides when this process ends.
process.on('SIGINT', () => {});

setInterval(() => host.reportStatus(), STATUS_INTERVAL_MS).unref();
parent.send({ type: 'HostReady', pid: process.pid, runtime: `ONNX Runtime, Node ${process.versions.node}` });
