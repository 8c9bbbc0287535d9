/** Entry of the thread that writes a recording's parts: packing one takes longer than a print may wait. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { partName, type RecordingPart, type RecordingPlace, ROW_KINDS } from './recording-parts.ts';

if (!parentPort) throw new Error('recording-writer.ts runs as a worker thread');
const port = parentPort;
const { dir, bytesMax } = workerData as RecordingPlace;

function write(part: RecordingPart): void {
  const { kind, exchangeTimeUs, localTimeUs, price, quantity } = part;
  const columnData = [
    { name: 'kind', data: Array.from(kind, (index) => ROW_KINDS[index]!), type: 'STRING' as const },
    { name: 'exchange_time_us', data: exchangeTimeUs, type: 'DOUBLE' as const },
    { name: 'local_time_us', data: localTimeUs, type: 'DOUBLE' as const },
    { name: 'price', data: price, type: 'DOUBLE' as const },
    { name: 'quantity', data: quantity, type: 'DOUBLE' as const },
  ];
  mkdirSync(dir, { recursive: true });
  const path = join(dir, partName(part.fromMs));
  // One name for all: what a crash or a full disk leaves of a part is written over by the next.
  const unfinished = join(dir, 'unfinished');
  writeFileSync(unfinished, new Uint8Array(parquetWriteBuffer({ columnData })));
  renameSync(unfinished, path);
  makeRoom();
}

/** The newest part stays, however large. */
function makeRoom(): void {
  const parts = readdirSync(dir)
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => ({ path: join(dir, name), bytes: statSync(join(dir, name)).size }));
  let total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of parts.slice(0, -1)) {
    if (total <= bytesMax) return;
    rmSync(path);
    total -= bytes;
  }
}

port.on('message', (part: RecordingPart) => {
  try {
    write(part);
    port.postMessage('');
  } catch (error) {
    port.postMessage(`${dir} cannot be written: ${(error as Error).message}`);
  }
});
