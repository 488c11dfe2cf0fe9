'use client';
import { Button } from '@heroui/react/button';
import { Keyboard } from 'lucide-react';
import { useState } from 'react';
import { switchSingleKeys, useSingleKeys } from '@/app/_ui/single-keys';
import { SearchPalette } from './search-palette';
import { ShortcutsDialog } from './shortcuts-dialog';
import { useShortcuts } from './use-shortcuts';

/** What can be done from the keyboard alone: search, the single keys, and the list of them. */
export function KeyCommands() {
  const [isSearching, setSearching] = useState(false);
  const [isHelping, setHelping] = useState(false);
  const isOn = useSingleKeys();
  useShortcuts(isOn, { onHelp: () => setHelping(true), onSearch: () => setSearching(true) });
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
      <ShortcutsDialog isOpen={isHelping} onClose={() => setHelping(false)} isOn={isOn} onSwitch={switchSingleKeys} />
    </>
  );
}
