'use client';
import { ListDetail } from '../_frame/list-detail';
import { useRecordId } from '../_frame/use-record-id';
import { ProjectDetail } from './project-detail';
import { ProjectTree } from './project-tree';

export function ProjectsView() {
  const projectId = useRecordId('/projects');
  return (
    <ListDetail
      title="Projects"
      list={<ProjectTree openId={projectId} />}
      detail={projectId === null ? null : <ProjectDetail key={projectId} projectId={projectId} />}
    />
  );
}
