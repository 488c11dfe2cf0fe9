import { pageOf } from '../../domain/fields';
import { CreateTask, ListTasks, PatchTask, Task } from '../../domain/task/schema';
import { cancelTask, redriveTask } from '../../services/tasks/change-task';
import { createTask } from '../../services/tasks/create-task';
import { patchTask } from '../../services/tasks/patch-task';
import { getTask, listTasks } from '../../services/tasks/read-tasks';
import { route, type Route } from '../route';

const tag = 'work';

export const taskRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/tasks',
    access: 'tasks:read',
    tag,
    summary: 'Tasks, newest first',
    query: ListTasks,
    response: pageOf(Task),
    run: ({ ctx, query }) => listTasks(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/tasks',
    access: 'tasks:write',
    tag,
    summary: 'Create a task; it is ready when all it depends on is done',
    body: CreateTask,
    status: 201,
    response: Task,
    idempotent: true,
    run: ({ ctx, body, recordId }) => createTask(ctx, body, recordId),
  }),
  route({
    method: 'GET',
    path: '/api/tasks/:id',
    access: 'tasks:read',
    tag,
    summary: 'One task with its result',
    response: Task,
    run: ({ ctx, params }) => getTask(ctx, params['id']!),
  }),
  route({
    method: 'PATCH',
    path: '/api/tasks/:id',
    access: 'tasks:write',
    tag,
    summary: 'Change a task that nobody runs',
    body: PatchTask,
    response: Task,
    run: ({ ctx, params, body }) => patchTask(ctx, params['id']!, body),
  }),
  route({
    method: 'POST',
    path: '/api/tasks/:id/cancel',
    access: 'tasks:write',
    tag,
    summary: 'Cancel a task; one that runs is asked to stop',
    response: Task,
    run: ({ ctx, params }) => cancelTask(ctx, params['id']!),
  }),
  route({
    method: 'POST',
    path: '/api/tasks/:id/redrive',
    access: 'dispatches:steer',
    tag,
    summary: 'Give a dead or incomplete task another chance, its attempts counted from nothing',
    response: Task,
    run: ({ ctx, params }) => redriveTask(ctx, params['id']!),
  }),
];
