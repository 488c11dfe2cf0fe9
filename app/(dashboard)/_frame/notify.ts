import { createStore } from '@/app/_live/store';

/**
 * Notifications of the browser: wanted by the person (kept over visits) and allowed by the browser are two things, and
 * the page says which one is missing.
 */
export type NotifyState = 'unasked' | 'on' | 'off' | 'denied' | 'missing';

const STORED = 'switchboard-notify';

function isWanted(): boolean {
  try {
    return localStorage.getItem(STORED) === 'on';
  } catch {
    return false;
  }
}

function keepWish(wish: 'on' | 'off'): void {
  try {
    localStorage.setItem(STORED, wish);
  } catch {
    // Kept for this visit only.
  }
}

/** A browser offers none over plain http from elsewhere, and some have none for pages at all. */
const isMissing = (): boolean => typeof Notification === 'undefined' || !window.isSecureContext;

export function notifyStateOf(wanted: boolean, permission: NotificationPermission | null): NotifyState {
  if (permission === null) return 'missing';
  if (!wanted) return 'unasked';
  if (permission === 'granted') return 'on';
  return permission === 'denied' ? 'denied' : 'off';
}

const stateNow = (wanted: boolean): NotifyState => notifyStateOf(wanted, isMissing() ? null : Notification.permission);

/** Until the page is awake nobody has asked. */
export const notifyState = createStore<NotifyState>('unasked');

export const readNotifyState = (): void => notifyState.set(stateNow(isWanted()));

/** By a click only: browsers ignore, and people resent, being asked without one. */
export async function turnNotifyOn(): Promise<void> {
  keepWish('on');
  if (!isMissing() && Notification.permission === 'default') await Notification.requestPermission();
  notifyState.set(stateNow(true));
}

export function turnNotifyOff(): void {
  keepWish('off');
  notifyState.set(stateNow(false));
}

/** One of a tag is shown at a time, so several open tabs do not repeat each other. */
export function showNotification(title: string, body: string, tag: string, onClick: () => void): void {
  if (isMissing() || Notification.permission !== 'granted') return readNotifyState();
  try {
    const shown = new Notification(title, { body, tag });
    shown.addEventListener('click', () => {
      window.focus();
      shown.close();
      onClick();
    });
  } catch {
    // Phones allow them to service workers alone.
    notifyState.set('missing');
  }
}
