/** The ml-host process as the engine sees it, whoever started it: Node's fork or Electron's utility process. */
export interface MlHostChannel {
  /** Plain data only. Does nothing once the process has ended. */
  send(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
  /** Called once, when the process has ended or could not be started; `why` is for people. */
  onExit(handler: (why: string) => void): void;
  /** Ends the process at once. */
  kill(): void;
}
