import { describe, expect, it } from 'vitest';
import { NAV_ITEMS } from '@/app/(dashboard)/_frame/nav-items';
import { GO_MS, Shortcuts } from '@/app/(dashboard)/_frame/shortcut';

describe('single keys', () => {
  it('go to each page by g and its own letter', () => {
    const keys = new Shortcuts();
    for (const { href, goKey } of NAV_ITEMS) {
      expect(keys.press('g', 0)).toBe('more');
      expect(keys.press(goKey, 100)).toEqual({ kind: 'go', href });
    }
    expect(new Set(NAV_ITEMS.map(({ goKey }) => goKey)).size).toBe(NAV_ITEMS.length);
  });

  it('mean themselves again after a pause, and after a letter that leads nowhere', () => {
    const keys = new Shortcuts();
    keys.press('g', 0);
    expect(keys.press('k', GO_MS + 1)).toEqual({ kind: 'rows' });
    keys.press('g', 10_000);
    expect(keys.press('z', 10_010)).toBeNull();
    expect(keys.press('?', 10_020)).toEqual({ kind: 'help' });
    expect(keys.press('/', 10_030)).toEqual({ kind: 'search' });
    expect(keys.press('Escape', 10_040)).toEqual({ kind: 'close' });
    expect(keys.press('i', 10_050)).toBeNull();
  });
});
