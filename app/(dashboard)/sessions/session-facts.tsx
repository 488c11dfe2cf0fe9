import Link from 'next/link';
import type { Session } from '@/lib/domain/session/schema';
import { Fact } from '@/app/_ui/fact';
import { formatCount } from '@/app/_ui/number';
import { TimeAgo } from '@/app/_ui/time-ago';
import { SessionSpan } from './session-span';

/** Who called, for how long, and what it worked on. */
export function SessionFacts({ session }: { session: Session }) {
  return (
    <dl className="flex shrink-0 flex-wrap gap-x-5 gap-y-1.5 border-b border-border px-4 py-3 text-xs">
      <Fact word="client">{session.client}</Fact>
      <Fact word="opened">
        <TimeAgo at={session.openedAt} />
      </Fact>
      <Fact word="lasted">
        <SessionSpan session={session} />
      </Fact>
      <Fact word="tool calls">
        <span className="tabular">{formatCount(session.toolCalls)}</span>
      </Fact>
      {session.threadId ? (
        <Fact word="thread">
          <Link href={`/threads/${session.threadId}`} className="underline underline-offset-2">
            its messages
          </Link>
        </Fact>
      ) : null}
      {session.dispatchId ? (
        <Fact word="dispatch">
          <code className="select-all">{session.dispatchId}</code>
        </Fact>
      ) : null}
    </dl>
  );
}
