/** Publishes a small model below the folder named, and tells its parent each time that a file of it appears or goes. */
import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { publishNext } from '../../main/ml/registry/publish-package.ts';
import { smallPackage } from './small-model.ts';

const dir = process.argv[2] ?? '';
mkdirSync(join(dir, 'small'), { recursive: true });
watch(join(dir, 'small'), { recursive: true }, (_, file) => process.send?.(file));
const { card, golden, model } = await smallPackage();
const { cost: _, ...draft } = card;
await publishNext(dir, [], { card: draft, golden, model });
process.exit(0);
