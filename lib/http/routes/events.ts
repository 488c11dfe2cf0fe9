import { z } from 'zod';
import { ControlPlaneError } from '../../domain/errors';
import { AckPosition, ConsumerRecord, ListConsumers, RecentEvent, RecentQuery } from '../../domain/event/schema';
import { pageOf } from '../../domain/fields';
import { acknowledge, listConsumers, removeConsumer } from '../../services/consumers/consumers';
import { route, type Route } from '../route';

const tag = 'events';

/** `GET /api/events` itself is a stream, answered by events-door.ts; these are its plain companions. */
export const eventRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/events/recent',
    access: 'events:read',
    tag,
    summary: 'The latest events, newest first',
    query: RecentQuery,
    response: z.object({ items: z.array(RecentEvent), nextCursor: z.string().nullable() }),
    run: async ({ ctx, query }) => {
      const { limit, before, ...filter } = query;
      if (!ctx.plane.stream) throw new ControlPlaneError('unavailable', 'This process serves no events.');
      const items = await ctx.plane.stream.recent({ principal: ctx.principal, filter, limit, before });
      return { items, nextCursor: items.length === limit ? (items.at(-1)?.id ?? null) : null };
    },
  }),
  route({
    method: 'GET',
    path: '/api/consumers',
    access: 'consumers:read',
    tag,
    summary: 'Durable consumers with their positions',
    query: ListConsumers,
    response: pageOf(ConsumerRecord),
    run: ({ ctx, query }) => listConsumers(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/consumers/:name/ack',
    access: 'consumers:write',
    tag,
    summary: 'Move a consumer’s position forward; an older id leaves it where it is',
    body: AckPosition,
    response: ConsumerRecord,
    run: ({ ctx, params, body }) => acknowledge(ctx, params['name']!, body.id),
  }),
  route({
    method: 'DELETE',
    path: '/api/consumers/:name',
    access: 'consumers:write',
    tag,
    summary: 'Forget a consumer; its stream ends',
    status: 204,
    run: ({ ctx, params }) => removeConsumer(ctx, params['name']!),
  }),
];
