import { ChangeSource, type ChangeSourceOptions } from './change-source';

export type { ChangeSource, ChangeSourceOptions };
export type { MalformedChange } from './map-change';

/** Connects at the first `open`; `close` ends its client. */
export const createChangeSource = (options: ChangeSourceOptions): ChangeSource => new ChangeSource(options);
