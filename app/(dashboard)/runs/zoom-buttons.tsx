'use client';
import { Button } from '@heroui/react/button';
import { ZoomIn, ZoomOut } from 'lucide-react';

interface ZoomButtonsProps {
  zoom: number;
  most: number;
  onZoom: (zoom: number) => void;
}

export function ZoomButtons({ zoom, most, onZoom }: ZoomButtonsProps) {
  const button = (label: string, to: number, isDisabled: boolean, icon: React.ReactNode) => (
    <Button isIconOnly size="sm" variant="ghost" aria-label={label} isDisabled={isDisabled} onPress={() => onZoom(to)}>
      {icon}
    </Button>
  );
  return (
    <div className="absolute right-3 bottom-3 z-10 flex rounded-md border border-border bg-surface">
      {button('Smaller', zoom - 1, zoom === 0, <ZoomOut />)}
      {button('Larger', zoom + 1, zoom === most, <ZoomIn />)}
    </div>
  );
}
