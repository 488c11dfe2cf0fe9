'use client';
import { Button } from '@heroui/react/button';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

const SHOWN_MS = 1_500;

interface CopyButtonProps {
  value: string;
  /** What is copied, for those who do not see the icon. */
  label: string;
  className?: string;
}

export function CopyButton({ value, label, className = '' }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await writeText(value);
    setCopied(true);
  };
  return (
    <Button
      isIconOnly
      size="sm"
      variant="ghost"
      className={className}
      aria-label={copied ? 'Copied' : `Copy ${label}`}
      onPress={() => void copy()}
    >
      {copied ? <Check className="text-done" /> : <Copy />}
    </Button>
  );
}

/** The clipboard API is there only on https and localhost; a page behind a plain proxy still copies. */
async function writeText(value: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(value);
  const area = document.createElement('textarea');
  area.value = value;
  area.style.position = 'fixed';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
