import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const KIB_A_MIB = 1_024;

/** Resident memory of one process, in MiB. */
export function residentMb(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / KIB_A_MIB;
}

/** Open descriptors of one process. */
export function openFiles(pid: number): number {
  if (process.platform === 'linux') return readdirSync(`/proc/${pid}/fd`).length;
  return (
    execFileSync('lsof', ['-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n').length - 1
  );
}
