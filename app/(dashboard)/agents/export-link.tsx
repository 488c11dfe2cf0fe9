import { Download } from 'lucide-react';

/** A plain link: the browser saves what the route answers. */
export function ExportLink() {
  return (
    <a
      href="/api/agent-types/export"
      download="agent-types.yaml"
      aria-label="Export agent types"
      className="button button--sm button--outline"
    >
      <Download aria-hidden /> <span className="hidden sm:inline">Export</span>
    </a>
  );
}
