/** The typed client both transports give, and what a transport must be able to do. */
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../../preload/contract.ts';

export type EngineClient = ContractRouterClient<typeof contract>;

/** What the engine is told for every message that this screen has taken in. */
export const TAKEN = 'taken';

/** One live connection. `closed` settles when it is gone, whatever the cause. */
export interface EngineConnection {
  readonly client: EngineClient;
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens a connection or throws within its own time limit. */
export type EngineTransport = () => Promise<EngineConnection>;
