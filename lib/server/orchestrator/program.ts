import { MAX_OUTPUT_CHARACTERS, type Dispatch } from '@/lib/domain/dispatch/schema';
import { HeadText } from './bounded-text';
import type { ChildSpec } from './child-process';
import { readPlainOutput, type OutputReader } from './outcome';

/** What `--exec` names: how a dispatch becomes a child, and the child's stdout an answer. */
export interface Program extends OutputReader {
  start(dispatch: Dispatch): Omit<ChildSpec, 'env'>;
  /** After the start; must not throw. */
  started?(dispatch: Dispatch): void;
}

/** Any command: the Dispatch as JSON on stdin, stdout is the output. */
export const shellProgram = (command: string): Program => ({
  start: dispatch => ({
    command,
    args: [],
    stdin: `${JSON.stringify(dispatch)}\n`,
    output: new HeadText(MAX_OUTPUT_CHARACTERS),
  }),
  read: readPlainOutput,
});
