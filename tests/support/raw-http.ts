import { connect } from 'node:net';

/** Sends bytes to a port of this machine and gives what came back until the other side closed, or fell silent after it began to answer. */
export function rawExchange(
  port: number,
  bytes: string | Uint8Array,
  { answerMs = 10_000, silenceMs = 150 } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(answerMs, end);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      socket.setTimeout(silenceMs);
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes);
  });
}
