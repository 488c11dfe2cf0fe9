'use client';
import { Toast } from '@heroui/react/toast';
import { isSignedOut, troubleOf } from '@/app/_live/api';
import { useMeQuery } from '@/app/_live/session';
import { ErrorState } from '@/app/_ui/error-state';
import { AlarmStrip } from './alarm-strip';
import { FrameSkeleton } from './frame-skeleton';
import { InboxNotifier } from './inbox-notifier';
import { Rail } from './rail';
import { TopBar } from './top-bar';

/** Rail, bar and alarms around every page; nothing of a page is drawn before it is known who looks. */
export function Frame({ children }: { children: React.ReactNode }) {
  const me = useMeQuery();
  if (me.isError && !isSignedOut(me.error)) {
    const { detail, requestId } = troubleOf(me.error);
    return (
      <main className="mx-auto max-w-xl p-6">
        <ErrorState
          title="The plane cannot be reached"
          detail={detail}
          requestId={requestId}
          onRetry={() => void me.refetch()}
        />
      </main>
    );
  }
  if (me.data === undefined) return <FrameSkeleton />;
  return (
    <div className="flex h-dvh">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-accent-foreground focus:not-sr-only focus:fixed focus:left-2 focus:top-2"
      >
        Skip to the content
      </a>
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <TopBar />
        <AlarmStrip />
        <main id="content" tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
          <div className="mx-auto flex min-h-full w-full max-w-[1440px] flex-col p-3 sm:p-5">{children}</div>
        </main>
      </div>
      <InboxNotifier />
      <Toast.Provider placement="bottom end" />
    </div>
  );
}
