import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeWhole } from './ml/whole-file.ts';

/** What this installation signs with: what bears its signature was made here, and is as it was. */
export interface InstallationKey {
  /** Base64. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

/** Its owner's alone, whatever the folder is. */
const KEY_MODE = 0o600;

/**
 * The Ed25519 key in a file of the data folder, made where missing.
 * @throws Error in one sentence where the file holds no key
 */
export function openInstallationKey(path: string): InstallationKey {
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeWhole(path, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })), KEY_MODE);
  }
  const privateKey = readKey(path);
  const publicKey = createPublicKey(privateKey);
  return {
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
    verify: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64')),
  };
}

function readKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch (error) {
    throw new Error(
      `${path} is not the installation's key (${(error as Error).message}); put it back, or remove it to make a new one`,
    );
  }
}
