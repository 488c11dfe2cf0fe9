import { buildOpenApi } from '@/lib/http/openapi';
import type { Route } from '@/lib/http/route';
import { ROUTES } from '@/lib/http/routes';

type Operations = Record<string, Record<string, { responses: Record<string, unknown> }>>;
const { paths } = buildOpenApi(ROUTES) as { paths: Operations };

/** What OpenAPI says a route may answer. */
export const declaredStatuses = ({ method, path }: Route): number[] => {
  const { responses } = paths[path.replace(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!;
  return Object.keys(responses).map(Number);
};
