'use client';
import { Button } from '@heroui/react/button';
import { Kbd } from '@heroui/react/kbd';
import { Modal } from '@heroui/react/modal';
import { Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { SearchResults } from './search-results';

interface SearchPaletteProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

export function SearchPalette({ isOpen, onOpenChange }: SearchPaletteProps) {
  const toggle = useRef(() => {});
  useEffect(() => {
    toggle.current = () => onOpenChange(!isOpen);
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      toggle.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Button size="sm" variant="ghost" aria-label="Search" className="text-muted" onPress={() => onOpenChange(true)}>
        <Search />
        <Kbd className="hidden lg:inline-flex">⌘K</Kbd>
      </Button>
      <Modal.Backdrop isOpen={isOpen} onOpenChange={onOpenChange}>
        <Modal.Container size="md" placement="top">
          <Modal.Dialog aria-label="Search" className="p-0">
            <SearchResults onDone={() => onOpenChange(false)} />
          </Modal.Dialog>
        </Modal.Container>
      </Modal.Backdrop>
    </>
  );
}
