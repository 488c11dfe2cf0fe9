import { describe, expect, it } from 'vitest';
import { activityCsv } from '@/app/(dashboard)/activity/activity-csv';

const row = (label: string, changes: { field: string; before: unknown; after: unknown }[] = []) => ({
  id: 'a',
  tenantId: 'default',
  createdAt: '2026-11-21T10:00:00.000Z',
  updatedAt: '2026-11-21T10:00:00.000Z',
  createdBy: 'u1',
  at: '2026-11-21T10:00:00.000Z',
  actor: { kind: 'user', id: 'u1', label },
  action: 'agent-type.update',
  subject: { kind: 'agent-type', id: 'research' },
  changes,
});

describe('activity as CSV', () => {
  it('has a head, and a line for each row', () => {
    expect(activityCsv([row('Rita')])).toBe(
      'at,actor,actorKind,actorId,action,subjectKind,subjectId,changes\r\n' +
        '2026-11-21T10:00:00.000Z,Rita,user,u1,agent-type.update,agent-type,research,\r\n',
    );
  });

  it('quotes what would break a line, and keeps what changed whole', () => {
    const changes = [{ field: 'name', before: 'a', after: 'b, "c"\nd' }];
    const [, line] = activityCsv([row('Rita, "the boss"', changes)]).split('\r\n');
    expect(line).toContain('"Rita, ""the boss"""');
    const json = /(".*")$/s.exec(line!)![1]!;
    const cell = json.slice(json.lastIndexOf(',"[{') + 2, -1).replaceAll('""', '"');
    expect(JSON.parse(cell)).toEqual(changes);
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\tx'])('hands no spreadsheet the formula %j', label => {
    expect(activityCsv([row(label)]).split('\r\n')[1]).toContain(`,'${label},`);
  });
});
