'use client';
import { ListDetail } from '../_frame/list-detail';
import { useRecordId } from '../_frame/use-record-id';
import { ThreadDetail } from './thread-detail';
import { ThreadList } from './thread-list';

export function ThreadsView() {
  const threadId = useRecordId('/threads');
  return (
    <ListDetail
      title="Threads"
      list={<ThreadList openId={threadId} />}
      detail={threadId === null ? null : <ThreadDetail key={threadId} threadId={threadId} />}
    />
  );
}
