import { z } from 'zod';
import { buildOpenApi } from '../openapi';
import { route, type Route } from '../route';

/** Given the table it is itself a row of. */
export const openApiRoutes = (table: () => readonly Route[]): Route[] => {
  let document: unknown;
  return [
    route({
      method: 'GET',
      path: '/api/openapi.json',
      access: 'open',
      tag: 'meta',
      summary: 'This description',
      response: z.record(z.string(), z.unknown()),
      run: async () => (document ??= buildOpenApi(table())),
    }),
  ];
};
