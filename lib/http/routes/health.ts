import { z } from 'zod';
import { ControlPlaneError } from '../../domain/errors';
import { SystemHealth } from '../../domain/health/schema';
import { renderMetrics } from '../../services/health/metrics';
import { systemHealth } from '../../services/health/system-health';
import { route, type Route } from '../route';

const tag = 'health';
const Probe = z.object({ status: z.string(), reasons: z.array(z.string()) });

export const healthRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/health/live',
    access: 'open',
    tag,
    summary: 'The process runs',
    response: Probe,
    run: async () => ({ status: 'ok', reasons: [] }),
  }),
  route({
    method: 'GET',
    path: '/api/health/ready',
    access: 'open',
    tag,
    summary: 'It can serve: the database answers and the stream is open',
    response: Probe,
    run: async ({ ctx: { plane } }) => {
      const reasons = [
        ...((await plane.database.reachable()) ? [] : ['the database cannot be reached']),
        ...(plane.stream?.state() === 'reconnecting' ? ['the change stream is reconnecting'] : []),
      ];
      if (reasons.length > 0) throw new ControlPlaneError('unavailable', `Not ready: ${reasons.join('; ')}.`);
      return { status: 'ok', reasons };
    },
  }),
  route({
    method: 'GET',
    path: '/api/metrics',
    access: 'metrics:read',
    tag,
    summary: 'Prometheus text',
    responseType: 'text/plain; version=0.0.4; charset=utf-8',
    run: ({ ctx }) => renderMetrics(ctx),
  }),
  route({
    method: 'GET',
    path: '/api/system-health',
    access: 'health:read',
    tag,
    summary: 'What is wrong, and what holds the plane together',
    response: SystemHealth,
    run: ({ ctx }) => systemHealth(ctx),
  }),
];
