'use client';
import { useMay, useMe } from '@/app/_live/session';

/** Why the fields here cannot be changed; nothing for who may. */
export function ReadOnlyNote({ className = '' }: { className?: string }) {
  const { role } = useMe();
  const may = useMay();
  if (may.work) return null;
  return <p className={`text-table text-muted ${className}`}>Read only: a {role} may look, an operator may change.</p>;
}
