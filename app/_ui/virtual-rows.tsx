'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { RowGroup } from './row-group';

/** Rows kept ready beyond the edge, so that a fast wheel meets no white and the keys always find the next one. */
const OVERSCAN = 12;

interface VirtualRowsProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  rowHeight: number;
  render: (item: T, index: number) => React.ReactNode;
  label: string;
  /** Asked for when the last rows come near. */
  onEnd?: (() => void) | undefined;
  /** Tells whether the top is in sight, so that a live list can hold still while somebody reads below. */
  onTopChange?: (atTop: boolean) => void;
  scrollRef?: React.RefObject<HTMLDivElement | null>;
  /** The row that is open beside the list: brought into sight once. */
  openKey?: string | null;
  /** Behind and over all rows, such as lines between them; neither takes a pointer. */
  underlay?: React.ReactNode;
  overlay?: React.ReactNode;
  className?: string;
}

/** A long list of rows of one height: only those in sight are in the page. */
export function VirtualRows<T>(props: VirtualRowsProps<T>) {
  const { items, keyOf, rowHeight, render, label, onEnd, onTopChange, openKey = null, className = '' } = props;
  const own = useRef<HTMLDivElement>(null);
  const scroller = props.scrollRef ?? own;
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: index => keyOf(items[index] as T),
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const nearEnd = items.length > 0 && last >= items.length - OVERSCAN;
  useEffect(() => {
    if (nearEnd) onEnd?.();
  }, [nearEnd, onEnd, items.length]);
  const openIndex = openKey === null ? -1 : items.findIndex(item => keyOf(item) === openKey);
  const shownKey = useRef<string | null>(null);
  useEffect(() => {
    // Once, when the opened row is there; not again when rows that come move it.
    if (openIndex < 0 || shownKey.current === openKey) return;
    shownKey.current = openKey;
    virtual.scrollToIndex(openIndex, { align: 'auto' });
  }, [openKey, openIndex, virtual]);
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  return (
    <RowGroup
      ref={scroller}
      label={label}
      onScroll={onTopChange ? event => onTopChange(event.currentTarget.scrollTop < rowHeight / 2) : undefined}
      className={className}
    >
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        <Layer>{props.underlay}</Layer>
        {rows.map(row => (
          <li
            key={row.key}
            data-row
            aria-setsize={items.length}
            aria-posinset={row.index + 1}
            className="absolute inset-x-0 top-0"
            style={{ height: row.size, transform: `translateY(${row.start}px)` }}
          >
            {render(items[row.index] as T, row.index)}
          </li>
        ))}
        <Layer>{props.overlay}</Layer>
      </ul>
    </RowGroup>
  );
}

function Layer({ children }: { children: React.ReactNode }) {
  if (children === undefined) return null;
  return (
    <li role="presentation" aria-hidden className="pointer-events-none absolute inset-0">
      {children}
    </li>
  );
}
