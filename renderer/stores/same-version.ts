import { CONTRACT_VERSION } from '../../preload/contract.ts';

const KEY = 'countersign.reloaded-for';

/**
 * What a page does about the contract that the engine speaks. An update may take over while a page is open: the page is
 * loaded anew, once for each version, since the engine serves the screen that goes with it. `stuck`: that did not help.
 */
export function versionStep(
  engineVersion: number,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): 'same' | 'reload' | 'stuck' {
  if (engineVersion === CONTRACT_VERSION) return 'same';
  if (storage.getItem(KEY) === String(engineVersion)) return 'stuck';
  storage.setItem(KEY, String(engineVersion));
  return 'reload';
}
