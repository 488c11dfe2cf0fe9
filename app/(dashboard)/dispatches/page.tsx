import type { Metadata } from 'next';
import { DispatchesView } from './dispatches-view';

export const metadata: Metadata = { title: 'Dispatches' };

export default function DispatchesPage() {
  return <DispatchesView />;
}
