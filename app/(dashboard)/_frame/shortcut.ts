import { NAV_ITEMS } from './nav-items';

/** What a key does anywhere in the app. Pure: the page it leads to is for whoever asks to go. */
export type Shortcut =
  | { kind: 'go'; href: string }
  | { kind: 'help' }
  | { kind: 'search' }
  | { kind: 'rows' }
  | { kind: 'close' };

/** After `g` the next key says where to; a pause this long forgets it. */
export const GO_MS = 1_500;

export class Shortcuts {
  #goUntilMs = 0;

  /** Null: the key is nobody's here. `'more'`: it begins something. */
  press(key: string, nowMs: number): Shortcut | 'more' | null {
    const isGoing = nowMs < this.#goUntilMs;
    this.#goUntilMs = 0;
    if (isGoing) {
      const item = NAV_ITEMS.find(one => one.goKey === key);
      return item ? { kind: 'go', href: item.href } : null;
    }
    if (key === 'g') {
      this.#goUntilMs = nowMs + GO_MS;
      return 'more';
    }
    if (key === '?') return { kind: 'help' };
    if (key === '/') return { kind: 'search' };
    if (key === 'Escape') return { kind: 'close' };
    return key === 'j' || key === 'k' ? { kind: 'rows' } : null;
  }
}
