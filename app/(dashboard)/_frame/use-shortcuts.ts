import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { isFreeKey, isTyping } from '@/app/_ui/key-guard';
import { Shortcuts, type Shortcut } from './shortcut';

interface Handlers {
  onHelp: () => void;
  onSearch: () => void;
}

/** Single keys that work on every page. They can be turned off, for speech input types them by accident. */
export function useShortcuts(isOn: boolean, handlers: Handlers): void {
  const router = useRouter();
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!isOn) return;
    const shortcuts = new Shortcuts();
    const run = (shortcut: Shortcut, event: KeyboardEvent): boolean => {
      switch (shortcut.kind) {
        case 'go':
          router.push(shortcut.href);
          return true;
        case 'help':
          latest.current.onHelp();
          return true;
        case 'search':
          if (!focusOn('main input[type="search"]')) latest.current.onSearch();
          return true;
        case 'rows':
          // A page that walks its rows itself comes first.
          setTimeout(() => enterList(event));
          return false;
        case 'close':
          setTimeout(() => closeDetail(event));
          return false;
      }
    };
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || !isFreeKey(event)) return;
      const shortcut = shortcuts.press(event.key, event.timeStamp);
      if (shortcut === 'more' || (shortcut !== null && run(shortcut, event))) event.preventDefault();
    };
    // Before a page's own keys: what follows a `g` is not meant for them.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [isOn, router]);
}

/** From nowhere, and from what says which rows there are, the first row is the way in. */
function enterList(event: KeyboardEvent): void {
  const from = document.activeElement;
  if (event.defaultPrevented || (from !== document.body && !from?.closest('[data-narrows]'))) return;
  focusOn('main [data-row] :is(a, button)');
}

/** Back to the list, as the cross does. What was typed and not saved is not thrown away by one key. */
function closeDetail(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('main [data-unsaved]') !== null) return;
  document.querySelector<HTMLElement>('main [data-closes]')?.click();
}

function focusOn(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
}
