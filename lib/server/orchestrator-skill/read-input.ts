import { readFileSync } from 'node:fs';
import { ScriptFailure } from './failure';

/** A shell that gives no input may still leave the pipe open: then there is none. */
const FIRST_BYTE_MS = 1_000;

/** Text from an option, a file, or standard input; null when there is none of them. */
export async function readInput(option: string | undefined, file: string | undefined): Promise<string | null> {
  if (option !== undefined) return option;
  if (file !== undefined) return readText(file);
  return process.stdin.isTTY ? null : readStdin();
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ScriptFailure('bad-option', `--file: ${(error as Error).message}`, 2);
  }
}

function readStdin(): Promise<string | null> {
  const chunks: Buffer[] = [];
  return new Promise(resolve => {
    const finish = () => {
      clearTimeout(timer);
      process.stdin.destroy();
      const text = Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\r?\n$/, '');
      resolve(text === '' ? null : text);
    };
    const timer = setTimeout(finish, FIRST_BYTE_MS);
    process.stdin.once('data', () => clearTimeout(timer));
    process.stdin.on('data', (chunk: Buffer) => chunks.push(chunk));
    process.stdin.once('end', finish).once('error', finish);
  });
}
