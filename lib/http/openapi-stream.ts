import { EVENT_TYPES, FRAME_TYPES } from '../domain/event/schema';
import type { Json } from './openapi-schemas';

const EXAMPLE = `: connected

retry: 1000

id: AbC.123
event: message-created
data: {"id":"66f0c0ffee0123456789abcd","tenantId":"default","at":"2026-01-31T12:00:00.000Z","priority":"high","assignedTo":"research"}

`;

/** Not a row of the table, for its answer never ends: it has a door of its own with the same rules. */
export const streamPath = (parameters: Json[], problems: Json): Json => ({
  get: {
    operationId: 'getEvents',
    tags: ['events'],
    summary: 'Every change as a server-sent event, resumable from any position',
    description: [
      'Starts after Last-Event-ID, else `after`, else the consumer’s acknowledged position, else now.',
      `Event types: ${EVENT_TYPES.join(', ')}.`,
      `Frames about the stream itself, which no filter hides: ${FRAME_TYPES.join(', ')}.`,
      'data is one line of JSON with id (the record’s), tenantId, at and routing fields, never bodies. A comment line comes every 15 s.',
    ].join('\n\n'),
    security: [{ bearer: [] }, { session: [] }],
    parameters: [
      ...parameters,
      {
        name: 'Last-Event-ID',
        in: 'header',
        required: false,
        description: 'Position to resume after',
        schema: { type: 'string', maxLength: 512 },
      },
    ],
    responses: {
      200: {
        description: 'A stream that stays open; X-Event-Cursor is the position it begins at',
        headers: {
          'X-Request-Id': { $ref: '#/components/headers/RequestId' },
          'X-Event-Cursor': { $ref: '#/components/headers/EventCursor' },
        },
        content: { 'text/event-stream': { schema: { type: 'string' }, example: EXAMPLE } },
      },
      ...problems,
    },
  },
});
