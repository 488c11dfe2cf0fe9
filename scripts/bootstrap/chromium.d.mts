export const CHROMIUM_FLAGS: readonly string[];
export function findChromium(): Promise<string | null>;
export function ensureChromium(signal?: AbortSignal): Promise<string>;
