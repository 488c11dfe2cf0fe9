export const ENTRIES: Readonly<Record<string, string>>;
export function bundlePath(entry: string): string;
export function ensureBundles(signal?: AbortSignal): Promise<void>;
export function requireBundle(entry: string): string;
