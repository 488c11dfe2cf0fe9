'use client';
import { ListDetail } from '../_frame/list-detail';
import { useRecordId } from '../_frame/use-record-id';
import { SessionDetail } from './session-detail';
import { SessionList } from './session-list';

export function SessionsView() {
  const sessionId = useRecordId('/sessions');
  return (
    <ListDetail
      title="Sessions"
      list={<SessionList openId={sessionId} />}
      detail={sessionId === null ? null : <SessionDetail key={sessionId} sessionId={sessionId} />}
    />
  );
}
