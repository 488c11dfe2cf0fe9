'use client';
import { ListDetail } from '../_frame/list-detail';
import { useRecordId } from '../_frame/use-record-id';
import { RunDetail } from './run-detail';
import { RunList } from './run-list';

export function RunsView() {
  const runId = useRecordId('/runs');
  return (
    <ListDetail
      title="Runs"
      list={<RunList openId={runId} />}
      detail={runId === null ? null : <RunDetail key={runId} runId={runId} />}
      // A graph and a waterfall want the width more than the list does.
      listClassName="w-64 xl:w-72"
    />
  );
}
