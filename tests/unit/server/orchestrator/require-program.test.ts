import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireProgram } from '@/lib/server/orchestrator/require-program';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-program-'));
  for (const [name, mode] of [
    ['runs', 0o755],
    ['text', 0o644],
  ] as const) {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), mode);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const refusalOf = (command: string, path = `${folder}:${process.env['PATH']}`): string | null => {
  try {
    requireProgram(command, { PATH: path });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the program of --exec', () => {
  it('is refused by name when it is not there', () => {
    expect(refusalOf('no-such-program --fast')).toContain("'no-such-program' is not on the PATH");
    expect(refusalOf('claude', '/nowhere')).toContain("'claude' is not on the PATH");
    expect(refusalOf(`${folder}/gone; echo`)).toContain('does not exist');
  });

  it('is refused when it cannot be executed', () => {
    // Root may do anything but execute what nobody may.
    expect(refusalOf(`${folder}/text`)).toContain('may not be executed');
    expect(refusalOf(`${folder} x`)).toContain('is a folder');
  });

  it.each(['runs', 'cat >/dev/null; echo ok', 'while :; do break; done', 'read -r line', '[ -e / ]', 'cat|cat'])(
    'may be what the shell can run: %s',
    command => expect(refusalOf(command)).toBeNull(),
  );

  it.each([
    '"/no such/program"',
    '$PROGRAM',
    'MODE=fast no-such-program',
    '(no-such-program)',
    'greet() { :; }; greet',
  ])('is left to the shell where it is no plain word: %s', command => expect(refusalOf(command)).toBeNull());
});
