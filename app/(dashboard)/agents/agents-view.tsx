'use client';
import { ListDetail } from '../_frame/list-detail';
import { useRecordId } from '../_frame/use-record-id';
import { AgentDetail } from './agent-detail';
import { AgentList } from './agent-list';

export function AgentsView() {
  const slug = useRecordId('/agents');
  return (
    <ListDetail
      title="Agents"
      list={<AgentList openSlug={slug} />}
      detail={slug === null ? null : <AgentDetail key={slug} slug={slug} />}
      listClassName="w-60"
    />
  );
}
