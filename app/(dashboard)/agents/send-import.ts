import type { ImportReport } from '@/lib/domain/agent-type/requests';
import { ControlPlaneError } from '@/lib/domain/errors';

/** As long as any other call of the pages waits. */
const PATIENCE_MS = 15_000;

/** The one route that takes no JSON, which all that the pages' client sends is: the document goes as it was written. */
export async function sendImport(yaml: string, dryRun: boolean): Promise<ImportReport> {
  const response = await fetch(`/api/agent-types/import${dryRun ? '?dryRun=1' : ''}`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/yaml' },
    body: yaml,
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    throw new ControlPlaneError('unavailable', 'No answer came. Check it again to see what is there.', { cause });
  });
  if (response.ok) return (await response.json()) as ImportReport;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  const code = response.status < 500 ? 'validation-failed' : 'unavailable';
  throw new ControlPlaneError(code, detail ?? `The server answered ${response.status}.`);
}
