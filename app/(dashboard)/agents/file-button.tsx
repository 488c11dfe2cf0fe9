'use client';
import { Button } from '@heroui/react/button';
import { FileUp } from 'lucide-react';
import { useRef } from 'react';

interface FileButtonProps {
  accept: string;
  onText: (text: string) => void;
  className?: string;
}

/** Reads a text file of this machine into the page; nothing is sent. */
export function FileButton({ accept, onText, className = '' }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button variant="ghost" className={className} onPress={() => input.current?.click()}>
        <FileUp /> From a file
      </Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        onChange={event => {
          const [file] = event.target.files ?? [];
          // The same file may be chosen again after it was changed.
          event.target.value = '';
          void file?.text().then(onText);
        }}
      />
    </>
  );
}
