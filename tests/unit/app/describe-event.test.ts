import { describe, expect, it } from 'vitest';
import { describeEvent } from '@/app/(dashboard)/_dashboard/describe-event';

const of = (type: string, data: Record<string, unknown>) => describeEvent({ type, data });

describe('a line of the live feed', () => {
  it('says of a report what kind it is, and leads to its task', () => {
    const line = { note: '', href: '/tasks/t1' };
    expect(of('report-created', { kind: 'blocker', taskId: 't1' })).toEqual({
      ...line,
      about: 'blocker',
      lamp: 'blocked',
    });
    expect(of('report-created', { kind: 'question', taskId: 't1' })).toEqual({
      ...line,
      about: 'question',
      lamp: 'waiting',
    });
    expect(of('report-created', { kind: 'handoff' })).toEqual({
      about: 'handoff',
      note: '',
      lamp: 'idle',
      href: null,
    });
  });

  it('says of a run who plans it, and leads to the run', () => {
    const data = { id: 'r1', status: 'blocked', plannerType: 'project-management', threadId: 'h1' };
    expect(of('run-updated', data)).toEqual({
      about: 'project-management',
      note: 'blocked',
      lamp: 'blocked',
      href: '/runs/r1',
    });
  });

  it('leads from an attempt to its task, or to the thread of its message', () => {
    const data = { status: 'running', agentType: 'qa', consumer: 'night', threadId: 'h1' };
    expect(of('dispatch-created', { ...data, source: { kind: 'task', id: 't1' } }).href).toBe('/tasks/t1');
    expect(of('dispatch-created', { ...data, source: { kind: 'message', id: 'm1' } }).href).toBe('/threads/h1');
  });
});
