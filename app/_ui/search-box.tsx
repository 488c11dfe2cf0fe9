'use client';
import { SearchField } from '@heroui/react/search-field';
import { useEffect, useRef, useState } from 'react';

/** Long enough that a word is one request, short enough to feel at once. */
const SETTLE_MS = 250;

interface SearchBoxProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  className?: string;
}

/** Reports what was typed once the typing rests. */
export function SearchBox({ label, value, onChange, placeholder, className = '' }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const reported = useRef(value);
  const report = useRef(onChange);
  useEffect(() => {
    report.current = onChange;
  });
  useEffect(() => {
    if (value === reported.current) return;
    reported.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === reported.current) return;
    const timer = setTimeout(() => {
      reported.current = text;
      report.current(text);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <SearchField aria-label={label} value={text} onChange={setText} className={className}>
      <SearchField.Group className="h-8 min-h-8 pointer-coarse:h-11">
        <SearchField.SearchIcon />
        <SearchField.Input placeholder={placeholder ?? label} className="min-w-0 sm:text-table" />
        <SearchField.ClearButton />
      </SearchField.Group>
    </SearchField>
  );
}
