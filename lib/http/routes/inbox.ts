import { pageOf } from '../../domain/fields';
import { InboxItem, ListInboxItems } from '../../domain/inbox/schema';
import { listInboxItems } from '../../services/inbox/list-inbox-items';
import { route, type Route } from '../route';

export const inboxRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/inbox',
    access: 'dispatches:read',
    tag: 'work',
    summary: 'What waits for a person, newest first',
    query: ListInboxItems,
    response: pageOf(InboxItem),
    run: ({ ctx, query }) => listInboxItems(ctx, query),
  }),
];
