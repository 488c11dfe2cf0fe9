import { z } from 'zod';
import { liftAccountHold } from '../../services/dispatches/due/account-hold';
import { route, type Route } from '../route';

export const accountRoutes: Route[] = [
  route({
    method: 'DELETE',
    path: '/api/accounts/:account/hold',
    access: 'dispatches:steer',
    tag: 'dispatches',
    summary: 'Ends the hold that `retryNotBefore` put on a provider account; system health names those that are held',
    status: 204,
    response: z.undefined(),
    run: ({ ctx, params }) => liftAccountHold(ctx, params['account']!),
  }),
];
