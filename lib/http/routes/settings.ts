import { PatchSettings, Settings } from '../../domain/settings/schema';
import { getSettings } from '../../services/settings/get-settings';
import { patchSettings } from '../../services/settings/patch-settings';
import { route, type Route } from '../route';

const path = '/api/settings';
const tag = 'settings';

export const settingsRoutes: Route[] = [
  route({
    method: 'GET',
    path,
    access: 'settings:read',
    tag,
    summary: 'Retention, and the one switch that holds all dispatch',
    response: Settings,
    run: ({ ctx }) => getSettings(ctx),
  }),
  route({
    method: 'PATCH',
    path,
    access: 'settings:write',
    tag,
    summary: 'Merges a change made from `revision`',
    body: PatchSettings,
    response: Settings,
    run: ({ ctx, body }) => patchSettings(ctx, body),
  }),
];
