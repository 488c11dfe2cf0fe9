import type { Metadata } from 'next';
import { ThreadsView } from './threads-view';

export const metadata: Metadata = { title: 'Threads' };

export default function ThreadsPage() {
  return <ThreadsView />;
}
