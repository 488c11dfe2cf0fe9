import { requirePermission } from '../../auth/policy';
import { readRawSettings } from '../../domain/settings/read-raw';
import type { Settings } from '../../domain/settings/schema';
import { findSettings } from '../../store/settings';
import type { Context } from '../context';

export async function getSettings({ plane, principal }: Context): Promise<Settings> {
  requirePermission(principal, 'settings:read');
  return readRawSettings({ ...(await findSettings(plane.collections, principal.tenantId)) });
}
