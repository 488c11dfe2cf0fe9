import { useSyncExternalStore } from 'react';

/**
 * Whether single keys are commands. They can be turned off, for speech input types them by accident: for all that hears
 * them, on the page and in its lists, so it is kept here and not by one of them.
 */
const STORED = 'switchboard-keys';

let isOn: boolean | undefined;
const listeners = new Set<() => void>();

export function singleKeysAreOn(): boolean {
  isOn ??= wereOn();
  return isOn;
}

export function switchSingleKeys(next: boolean): void {
  isOn = next;
  try {
    localStorage.setItem(STORED, next ? 'on' : 'off');
  } catch {
    // Kept for this visit only.
  }
  for (const listener of listeners) listener();
}

export const useSingleKeys = (): boolean => useSyncExternalStore(subscribe, singleKeysAreOn, () => true);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function wereOn(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}
