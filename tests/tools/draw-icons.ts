/** Draws `icon.svg` as the PNG, ICO and ICNS that the installers want: `node tests/tools/draw-icons.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../support/browser.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'main', 'electron', 'resources');
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** Apple's names for PNG images of a size, the doubled ones for fine screens among them. */
const ICNS_IMAGES: readonly [string, number][] = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
];

/** An ICO file: a header, one entry of 16 bytes per image, then the images as PNG. */
function toIco(images: readonly { readonly size: number; readonly png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of images.entries()) {
    const at = 6 + 16 * index;
    // A side of 256 is written as 0.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

/** An ICNS file: a magic word and the whole length, then per image a name, its length and the PNG. */
function toIcns(images: readonly { readonly name: string; readonly png: Buffer }[]): Buffer {
  const chunks = images.map(({ name, png }) => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'ascii');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'ascii');
  head.writeUInt32BE(8 + chunks.reduce((sum, chunk) => sum + chunk.length, 0), 4);
  return Buffer.concat([head, ...chunks]);
}

const svg = readFileSync(join(FOLDER, 'icon.svg'), 'utf8');
const browser = await launchChromium();
const page = await browser.newPage();
const drawn = new Map<number, Buffer>();
for (const size of new Set([...ICO_SIZES, ...ICNS_IMAGES.map(([, side]) => side)])) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  drawn.set(size, await page.screenshot({ omitBackground: true }));
}
await browser.close();
const png = (size: number): Buffer => drawn.get(size) as Buffer;
writeFileSync(join(FOLDER, 'icon.png'), png(512));
writeFileSync(join(FOLDER, 'icon.ico'), toIco(ICO_SIZES.map((size) => ({ size, png: png(size) }))));
writeFileSync(join(FOLDER, 'icon.icns'), toIcns(ICNS_IMAGES.map(([name, size]) => ({ name, png: png(size) }))));
