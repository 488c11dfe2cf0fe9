import type { Beginning, LinkHandlers, LiveLink } from './live-link';
import { openOwnLink } from './own-link';
import { openSharedLink } from './shared-link';

export interface OpenedLink {
  /** The one in use now. */
  link(): LiveLink;
  ready: Promise<void>;
  stop(): void;
}

/** The shared one, or the tab's own from wherever the shared one failed. */
export function openLink(handlers: Omit<LinkHandlers, 'onReady'>, began: () => Beginning | null): OpenedLink {
  const listening = new AbortController();
  let onReady: (() => void) | undefined;
  const ready = new Promise<void>(resolve => {
    onReady = resolve;
  });
  const all: LinkHandlers = { ...handlers, onReady: () => onReady?.() };
  const own = (): LiveLink => {
    const opened = openOwnLink(all);
    const from = began();
    if (from !== null) opened.start(from);
    return opened;
  };
  const onFailed = () => {
    link = own();
  };
  let link: LiveLink;
  try {
    link = openSharedLink({ ...all, onFailed });
  } catch {
    link = own();
  }
  const wake = () => link.wake();
  const look = () => {
    if (document.visibilityState === 'visible') wake();
  };
  window.addEventListener('online', wake, { signal: listening.signal });
  document.addEventListener('visibilitychange', look, { signal: listening.signal });
  return {
    link: () => link,
    ready,
    stop: () => {
      listening.abort();
      link.stop();
    },
  };
}
