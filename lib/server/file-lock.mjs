import { mkdirSync, readFileSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, processStartMark } from './process-identity.mjs';

/**
 * A lock that survives kill -9 of its holder and two takers at the same instant, on any file system.
 *
 * The lock is a row of files `<name>.<generation>.lock`; the highest generation is the holder. Taking it means making
 * the next generation with O_EXCL, so of two takers that both found a dead holder one gets EEXIST. Deleting the dead
 * holder's file and making it again under the same name would not do: the second taker could delete the first one's
 * new file in between.
 */

/** A file between open and write is empty for microseconds; one that stays so was left by a crash. */
const UNWRITTEN_GRACE_MS = 2_000;
/** Each lost race means somebody else moved on; ten in a row means the folder does not behave like a file system. */
const MAX_TRIES = 10;

/**
 * @returns {{ acquired: true, release: () => void } | { acquired: false, holder: object | null }}
 */
export function acquireFileLock(folder, name) {
  mkdirSync(folder, { recursive: true });
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const highest = generations(folder, name)[0];
    if (highest !== undefined) {
      const state = holderOf(folder, name, highest);
      if (state === 'vanished') continue;
      if (state !== 'dead') return { acquired: false, holder: state === 'unwritten' ? null : state };
    }
    const mine = (highest ?? 0) + 1;
    if (!create(folder, name, mine)) continue;
    const overtaken = generations(folder, name).some(generation => generation > mine);
    if (overtaken) {
      remove(folder, name, mine);
      continue;
    }
    for (const older of generations(folder, name).filter(generation => generation < mine)) remove(folder, name, older);
    return { acquired: true, release: () => remove(folder, name, mine) };
  }
  throw new Error(`The lock '${name}' in ${folder} changes hands faster than it can be read`);
}

/** Who holds the lock now, without taking it; null when nobody does. */
export function lockHolder(folder, name) {
  let highest;
  try {
    highest = generations(folder, name)[0];
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
  const state = highest === undefined ? 'dead' : holderOf(folder, name, highest);
  return typeof state === 'object' ? state : null;
}

const pathOf = (folder, name, generation) => join(folder, `${name}.${generation}.lock`);

function generations(folder, name) {
  // A consumer's name may hold dots.
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.')}\\.(\\d+)\\.lock$`);
  return readdirSync(folder)
    .flatMap(file => pattern.exec(file)?.[1] ?? [])
    .map(Number)
    .toSorted((left, right) => right - left);
}

function create(folder, name, generation) {
  const holder = { pid: process.pid, startMark: processStartMark(process.pid), since: new Date().toISOString() };
  try {
    writeFileSync(pathOf(folder, name, generation), `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(folder, name, generation) {
  const path = pathOf(folder, name, generation);
  try {
    const text = readFileSync(path, 'utf8');
    if (text.endsWith('\n')) {
      const holder = JSON.parse(text);
      return isSameProcess(holder.pid, holder.startMark) ? holder : 'dead';
    }
    // Also of one written before the wall clock was set back.
    const ageMs = Math.abs(Date.now() - statSync(path).mtimeMs);
    return ageMs < UNWRITTEN_GRACE_MS ? 'unwritten' : 'dead';
  } catch (error) {
    if (error.code === 'ENOENT') return 'vanished';
    if (error instanceof SyntaxError) return 'dead';
    throw error;
  }
}

function remove(folder, name, generation) {
  try {
    unlinkSync(pathOf(folder, name, generation));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
