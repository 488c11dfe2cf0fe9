import type { LinkHandlers, LiveLink } from './live-link';
import { openLiveSource, type LiveSource } from './live-source';

/** A connection of the tab's own, where tabs cannot share one. */
export function openOwnLink(handlers: LinkHandlers): LiveLink {
  let source: LiveSource | undefined;
  handlers.onReady();
  return {
    start: ({ cursor }) => {
      source ??= openLiveSource(cursor, handlers);
    },
    wake: () => source?.wake(),
    renew: () => source?.renew(),
    stop: () => source?.stop(),
  };
}
