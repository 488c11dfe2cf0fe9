export interface LockHolder {
  pid: number;
  startMark: string | null;
  since: string;
}
export type LockAttempt =
  | { acquired: true; release: () => void }
  /** `holder` is null in the instant between the making and the writing of the holder's file. */
  | { acquired: false; holder: LockHolder | null };
export function acquireFileLock(folder: string, name: string): LockAttempt;
export function lockHolder(folder: string, name: string): LockHolder | null;
