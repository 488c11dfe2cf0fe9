/** 1: the server refused or does not answer. 2: nothing will work before somebody changes something. */
export type ExitCode = 1 | 2;

/** What ends a script: printed as one line of JSON, for a model that reads it and a person who may have to act. */
export class ScriptFailure extends Error {
  override readonly name = 'ScriptFailure';

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode,
    /** What to do about it. */
    readonly fix?: string,
  ) {
    super(message);
  }
}
