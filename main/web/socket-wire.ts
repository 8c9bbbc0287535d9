import type { WebSocket } from 'ws';
import type { ScreenWire } from '../engine/gateway/screen-link.ts';

/** A screen with this much on its way is waited for; market frames merge meanwhile. */
const BUFFERED_BYTES_SOFT = 512_000;
/** One with this much is dropped; it reconnects and resumes. */
const BUFFERED_BYTES_HARD = 16_000_000;
const DRAIN_POLL_MS = 5;
/** Close code: the data received does not fit the protocol. */
const NOT_THE_CONTRACT = 1007;

/** A WebSocket as a wire to a screen. */
export function socketWire(socket: WebSocket): ScreenWire {
  const drained = async (): Promise<void> => {
    while (socket.readyState === socket.OPEN && socket.bufferedAmount > BUFFERED_BYTES_SOFT) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  };
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > BUFFERED_BYTES_HARD) socket.terminate();
      else socket.send(message);
    },
    onMessage: (take) => void socket.on('message', (data, isBinary) => take(isBinary ? data : data.toString())),
    onClose: (run) => void socket.on('close', () => run()),
    refuse: (why) => socket.close(NOT_THE_CONTRACT, why),
    drained: () => (socket.bufferedAmount > BUFFERED_BYTES_SOFT ? drained() : null),
  };
}
