/** The rehearsal's engine as a process of its own: the product's host on a folder that is thrown away, screens on the channel. */
import '../require-node.ts';
import { parseArgs } from 'node:util';
import { createScreenServer } from '../engine/gateway/screen-link.ts';
import { startHost } from '../host.ts';
import { type EngineWord, parentWire } from './engine-link.ts';

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' }, seed: { type: 'string' } } });
const tell = (word: EngineWord): void => void process.send?.(word);
// Whoever rehearses is gone: nobody needs this engine any more.
process.on('disconnect', () => process.exit(0));

try {
  const host = await startHost({
    dataDir: values['data-dir'] as string,
    practice: { kind: 'generated', seed: Number(values.seed) },
    onLog: (text) => console.error(text),
  });
  createScreenServer(host.gateway.router)(parentWire);
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', text: error instanceof Error ? error.message : String(error) });
}
