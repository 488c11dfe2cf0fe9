/** Follows sysexits(3): a person has to change the configuration, starting again alone will not help. */
const EXIT_CONFIG = 78;

/** What stops a process before it serves anything. The message is for the person at the terminal: no stack is shown. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT_CONFIG;
  }
}
