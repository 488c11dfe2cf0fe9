import { api } from '@/app/_live/api';
import type { ImportReport } from '@/lib/domain/agent-type/requests';

/** The one route that takes no JSON: the document goes as it was written. */
export const sendImport = (yaml: string, dryRun: boolean): Promise<ImportReport> =>
  api.post<ImportReport>('/api/agent-types/import', yaml, {
    query: dryRun ? { dryRun: 1 } : {},
    contentType: 'application/yaml',
    idempotent: dryRun,
  });
