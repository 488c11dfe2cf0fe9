export function ensureNextBuild(signal?: AbortSignal): Promise<void>;
