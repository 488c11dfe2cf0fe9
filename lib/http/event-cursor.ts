import type { ApiRequest, ApiResponse } from './api-request';
import type { HttpDoor } from './door';

/** For a GET, or a HEAD as one, asked before anything is read: whatever changes from here on comes after it. */
export const cursorFor = (door: HttpDoor, { method }: Pick<ApiRequest, 'method'>): string | null =>
  method === 'GET' || method === 'HEAD' ? door.cursor() : null;

/** On a refusal too, so that who polls need not ask again; but not for nobody. */
export function withCursor(response: ApiResponse, cursor: string | null): ApiResponse {
  if (cursor !== null && response.status !== 401) response.headers['X-Event-Cursor'] = cursor;
  return response;
}
