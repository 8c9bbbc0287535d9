import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findChromium } from './browser.ts';

const DRIVER = 'vk_swiftshader_icd.json';
/** Debian's `chromium` is a script elsewhere than the browser. */
const FOLDERS = ['/usr/lib/chromium'];

/**
 * The environment in which a process finds a Vulkan driver that needs no GPU: the one that Chromium brings. Null where there is none.
 */
export function softwareVulkan(): Record<string, string> | null {
  const chromium = findChromium();
  const folders = chromium === null ? FOLDERS : [dirname(realpathSync(chromium)), ...FOLDERS];
  const folder = folders.find((each) => existsSync(join(each, DRIVER)));
  if (folder === undefined) return null;
  return { VK_ICD_FILENAMES: join(folder, DRIVER), LD_LIBRARY_PATH: folder };
}
