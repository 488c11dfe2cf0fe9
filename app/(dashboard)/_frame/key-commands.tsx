'use client';
import { Button } from '@heroui/react/button';
import { Keyboard } from 'lucide-react';
import { useState } from 'react';
import { SearchPalette } from './search-palette';
import { ShortcutsDialog } from './shortcuts-dialog';
import { useShortcuts } from './use-shortcuts';

const STORED = 'switchboard-keys';

/** What can be done from the keyboard alone: search, the single keys, and the list of them. */
export function KeyCommands() {
  const [isSearching, setSearching] = useState(false);
  const [isHelping, setHelping] = useState(false);
  const [isOn, setOn] = useState(wereOn);
  useShortcuts(isOn, { onHelp: () => setHelping(true), onSearch: () => setSearching(true) });
  const onSwitch = (next: boolean) => {
    setOn(next);
    try {
      localStorage.setItem(STORED, next ? 'on' : 'off');
    } catch {
      // Kept for this visit only.
    }
  };
  return (
    <>
      <SearchPalette isOpen={isSearching} onOpenChange={setSearching} />
      <Button
        isIconOnly
        size="sm"
        variant="ghost"
        aria-label="Keys"
        className="hidden text-muted lg:inline-flex"
        onPress={() => setHelping(true)}
      >
        <Keyboard />
      </Button>
      <ShortcutsDialog isOpen={isHelping} onClose={() => setHelping(false)} isOn={isOn} onSwitch={onSwitch} />
    </>
  );
}

function wereOn(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}
