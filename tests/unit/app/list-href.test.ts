import { describe, expect, it } from 'vitest';
import { listHref } from '@/app/(dashboard)/_frame/use-list-href';

describe('the address of what is opened beside a list', () => {
  it('keeps the filters, there and back', () => {
    expect(listHref('/tasks', 'status=dead&q=links', 'a1')).toBe('/tasks/a1?status=dead&q=links');
    expect(listHref('/tasks', 'status=dead&q=links', null)).toBe('/tasks?status=dead&q=links');
    expect(listHref('/tasks', '', 'a1')).toBe('/tasks/a1');
  });

  it('leaves behind what was of the record before it: the sought message would not be in this thread', () => {
    expect(listHref('/threads', 'message=m1&status=open', 't2')).toBe('/threads/t2?status=open');
    expect(listHref('/agents', 'q=seo&tab=revisions&from=1&to=3&new=true', null)).toBe('/agents?q=seo');
  });
});
