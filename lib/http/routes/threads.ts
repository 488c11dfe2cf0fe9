import { pageOf } from '../../domain/fields';
import {
  CreateMessage,
  ListMessages,
  ListThreadMessages,
  Message,
  PatchMessage,
  PostMessage,
} from '../../domain/message/schema';
import { CreateThread, ListThreads, PatchThread, Thread } from '../../domain/thread/schema';
import { cancelMessage, redriveMessage } from '../../services/messages/change-message';
import { createMessage, postMessage } from '../../services/messages/create-message';
import { mendMessage } from '../../services/messages/finish-reply';
import { patchMessage } from '../../services/messages/patch-message';
import { getMessage, listMessages, listThreadMessages } from '../../services/messages/read-messages';
import { createThread } from '../../services/threads/create-thread';
import { patchThread } from '../../services/threads/patch-thread';
import { getThread, listThreads } from '../../services/threads/read-threads';
import { route, type Route } from '../route';

const tag = 'messaging';

export const threadRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/threads',
    access: 'messages:read',
    tag,
    summary: 'Threads, most recently written to first',
    query: ListThreads,
    response: pageOf(Thread),
    run: ({ ctx, query }) => listThreads(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/threads',
    access: 'messages:write',
    tag,
    summary: 'Open a thread',
    body: CreateThread,
    status: 201,
    response: Thread,
    idempotent: true,
    run: ({ ctx, body, recordId }) => createThread(ctx, body, recordId),
  }),
  route({
    method: 'GET',
    path: '/api/threads/:id',
    access: 'messages:read',
    tag,
    summary: 'One thread',
    response: Thread,
    run: ({ ctx, params }) => getThread(ctx, params['id']!),
  }),
  route({
    method: 'PATCH',
    path: '/api/threads/:id',
    access: 'messages:write',
    tag,
    summary: 'Change subject, priority, addressee, project or status',
    body: PatchThread,
    response: Thread,
    run: ({ ctx, params, body }) => patchThread(ctx, params['id']!, body),
  }),
  route({
    method: 'GET',
    path: '/api/threads/:id/messages',
    access: 'messages:read',
    tag,
    summary: 'The thread’s messages, oldest first',
    query: ListThreadMessages,
    response: pageOf(Message),
    run: ({ ctx, params, query }) => listThreadMessages(ctx, params['id']!, query),
  }),
  route({
    method: 'POST',
    path: '/api/threads/:id/messages',
    access: 'messages:write',
    tag,
    summary: 'Write in a thread; the answer where exactly one question waits for a person',
    body: PostMessage,
    status: 201,
    response: Message,
    idempotent: true,
    readBack: '/api/messages/:id',
    mend: mendMessage,
    run: ({ ctx, params, body, recordId }) => postMessage(ctx, params['id']!, body, { recordId }),
  }),
];

export const messageRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/messages',
    access: 'messages:read',
    tag,
    summary: 'Messages, newest first',
    query: ListMessages,
    response: pageOf(Message),
    run: ({ ctx, query }) => listMessages(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/messages',
    access: 'messages:write',
    tag,
    summary: 'Send a message; opens a thread where neither one nor a message it replies to is named',
    body: CreateMessage,
    status: 201,
    response: Message,
    idempotent: true,
    mend: mendMessage,
    run: ({ ctx, body, recordId }) => createMessage(ctx, body, recordId),
  }),
  route({
    method: 'GET',
    path: '/api/messages/:id',
    access: 'messages:read',
    tag,
    summary: 'One message with its ledger',
    response: Message,
    run: ({ ctx, params }) => getMessage(ctx, params['id']!),
  }),
  route({
    method: 'PATCH',
    path: '/api/messages/:id',
    access: 'messages:write',
    tag,
    summary: 'Change priority or addressee while nobody works on it, or say that people have seen to it',
    body: PatchMessage,
    response: Message,
    run: ({ ctx, params, body }) => patchMessage(ctx, params['id']!, body),
  }),
  route({
    method: 'POST',
    path: '/api/messages/:id/cancel',
    access: 'messages:cancel',
    tag,
    summary: 'Cancel its work; one that runs is asked to stop',
    response: Message,
    run: ({ ctx, params }) => cancelMessage(ctx, params['id']!),
  }),
  route({
    method: 'POST',
    path: '/api/messages/:id/redrive',
    access: 'dispatches:steer',
    tag,
    summary: 'Give dead work another chance, its attempts counted from nothing',
    response: Message,
    run: ({ ctx, params }) => redriveMessage(ctx, params['id']!),
  }),
];
