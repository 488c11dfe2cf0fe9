'use client';
import { Button } from '@heroui/react/button';
import { Kbd } from '@heroui/react/kbd';
import { Modal } from '@heroui/react/modal';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { SearchResults } from './search-results';

export function SearchPalette() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen(open => !open);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Button size="sm" variant="ghost" aria-label="Search" className="text-muted" onPress={() => setOpen(true)}>
        <Search />
        <Kbd className="hidden lg:inline-flex">⌘K</Kbd>
      </Button>
      <Modal.Backdrop isOpen={isOpen} onOpenChange={setOpen}>
        <Modal.Container size="md" placement="top">
          <Modal.Dialog aria-label="Search" className="p-0">
            <SearchResults onDone={() => setOpen(false)} />
          </Modal.Dialog>
        </Modal.Container>
      </Modal.Backdrop>
    </>
  );
}
