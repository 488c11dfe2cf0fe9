'use client';
import { ListDetail } from '../_frame/list-detail';
import { useRecordId } from '../_frame/use-record-id';
import { TaskDetail } from './task-detail';
import { TaskList } from './task-list';

export function TasksView() {
  const taskId = useRecordId('/tasks');
  return (
    <ListDetail
      title="Tasks"
      list={<TaskList openId={taskId} />}
      detail={taskId === null ? null : <TaskDetail key={taskId} taskId={taskId} />}
    />
  );
}
