'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { Download } from 'lucide-react';
import { MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { Activity } from '@/lib/domain/activity/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import type { QueryValues } from '@/app/_live/use-live-query';
import { formatCount, plural } from '@/app/_ui/number';
import { activityCsv } from './activity-csv';

/** What a spreadsheet still opens at once, and a tab holds: 50 reads of 200 rows. The latest come first. */
const MOST_PAGES = 50;

/** The browser reads what it saves a little after the press. */
const HELD_MS = 10_000;

interface Read {
  rows: Activity[];
  isCut: boolean;
}

/** The rows that the filters show, all of them and not only those scrolled to, as a file. */
export function ExportButton({ query }: { query: QueryValues }) {
  const save = useAction<void, Read>({
    run: () => readAll(query),
    onDone: ({ rows, isCut }) => {
      download(`activity-${new Date().toISOString().slice(0, 10)}.csv`, activityCsv(rows));
      if (isCut) toast.warning(`The latest ${formatCount(rows.length)} rows; narrow the filters for the others`);
      else toast.success(`${plural(rows.length, 'row')} saved`);
    },
    onRefused: detail => void toast.danger('Not saved', { description: detail }),
  });
  return (
    <Button size="sm" variant="outline" isPending={save.isPending} onPress={() => save.mutate()}>
      <Download /> CSV
    </Button>
  );
}

async function readAll(query: QueryValues): Promise<Read> {
  const rows = new Map<string, Activity>();
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read: Page<Activity> = await api.get('/api/activity', { query: { ...query, limit: MAX_PAGE, cursor } });
    for (const row of read.items) rows.set(row.id, row);
    cursor = read.nextCursor;
    if (cursor === null) break;
  }
  return { rows: [...rows.values()], isCut: cursor !== null };
}

function download(name: string, text: string): void {
  // The mark at the start has spreadsheets read it as UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), HELD_MS);
}
