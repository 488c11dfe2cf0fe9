export function isProcessAlive(pid: number): boolean;
export function processStartMs(pid: number): number | null;
export function processStartMark(pid: number): string | null;
export function isSameProcess(pid: number, startMark: string | null): boolean;
export function processCommandLine(pid: number): string | null;
