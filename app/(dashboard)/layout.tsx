import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { LiveProvider } from '@/app/_live/live-provider';
import { Frame } from './_frame/frame';

export default function DashboardLayout({ children }: { children: React.ReactNode }) {
  return (
    <LiveProvider>
      <NuqsAdapter>
        <Frame>{children}</Frame>
      </NuqsAdapter>
    </LiveProvider>
  );
}
