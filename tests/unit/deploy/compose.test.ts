import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  image?: string;
  command?: string[];
  entrypoint?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  stop_grace_period?: string;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const { services } = compose;
const service = (name: string): Service => {
  const found = services[name];
  if (found === undefined) throw new Error(`No service ${name}`);
  return found;
};
const nginx = readFileSync('scripts/deploy/nginx.conf', 'utf8');
const location = (path: string): string => new RegExp(`location ${path} \\{([^}]*)\\}`).exec(nginx)?.[1] ?? '';

const NODES = ['mongo1', 'mongo2', 'mongo3'];
const PLANE = ['web', 'mcp', 'events-1', 'events-2'];

describe('docker-compose.yml', () => {
  test('runs web, mcp and two events processes, each from the entry that exists', () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(PLANE));
    expect(service('mcp').command).toEqual(['node', 'scripts/run.mjs', 'mcp', '--http']);
    expect(service('events-1').command).toEqual(['node', 'scripts/run.mjs', 'events']);
    expect(service('events-2')).toEqual(service('events-1'));
    const scripts = Object.values(services).flatMap(({ command = [], entrypoint = [] }) => [...command, ...entrypoint]);
    for (const path of scripts.filter(word => word.endsWith('.mjs'))) expect(existsSync(path), path).toBe(true);
  });

  test.each(NODES)('%s is MongoDB 7 in the set, with authentication, a day of oplog and data that stays', name => {
    const node = service(name);
    expect(node.image).toBe('mongo:7');
    expect(node.command).toEqual(
      expect.arrayContaining(['--replSet=switchboard', '--keyFile=/secrets/keyfile', '--oplogMinRetentionHours=24']),
    );
    expect(node.command?.join(' ')).not.toContain('zlib');
    expect(node.volumes).toContain(`${name}-data:/data/db`);
    expect(node.restart).toBe('unless-stopped');
  });

  test('the set elects within two seconds of silence', () => {
    const init = readFileSync('scripts/deploy/init-replica-set.mjs', 'utf8');
    expect(init).toContain('electionTimeoutMillis: 2_000');
    expect(init).toContain('heartbeatTimeoutSecs: 2');
    const members = service('replica-set').environment?.['SWITCHBOARD_MEMBERS'];
    expect(members).toBe(NODES.map(name => `${name}:27017`).join(','));
  });

  test('everything that stays up has a health check, and starts after what it needs', () => {
    const jobs = ['secrets', 'replica-set'];
    for (const [name, { healthcheck, restart }] of Object.entries(services)) {
      expect(restart, name).toBe(jobs.includes(name) ? 'no' : 'unless-stopped');
      if (!jobs.includes(name)) expect(healthcheck?.test[0], name).toBe('CMD');
    }
    for (const name of PLANE) {
      expect(service(name).depends_on, name).toEqual({
        'replica-set': { condition: 'service_completed_successfully' },
      });
      expect(service(name).stop_grace_period).toBe('15s');
    }
    for (const name of NODES) expect(service(name).depends_on).toHaveProperty('secrets');
  });

  test('only the proxy is reachable from outside, on loopback', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map(port => [name, port]));
    expect(published).toEqual([['proxy', '127.0.0.1:${PORT:-7777}:8080']]);
  });

  test('no secret is written in it, and every named volume is declared', () => {
    const text = JSON.stringify(services);
    expect(text).not.toMatch(/swb_|mongodb:\/\/[^"]*:[^"]*@/);
    const named = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes.map(volume => volume.split(':')[0] ?? ''))
      .filter(name => !name.startsWith('.'));
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining([...new Set(named)]));
  });
});

describe('the proxy', () => {
  test('passes event streams on unbuffered and uncompressed, longer than their heartbeat, to both processes', () => {
    const events = location('= /api/events');
    expect(events).toContain('proxy_pass http://events;');
    expect(events).toContain('proxy_buffering off;');
    expect(Number(/proxy_read_timeout (\d+)s/.exec(events)?.[1])).toBeGreaterThan(15 * 2);
    expect(nginx).toMatch(/server events-1:7778[^;]*;\s*server events-2:7778/);
    expect(nginx).toContain('gzip off;');
    expect(nginx).toContain('proxy_http_version 1.1;');
  });

  test('lets a claim wait its 50 seconds, and logs no query', () => {
    expect(Number(/proxy_read_timeout (\d+)s/.exec(location('/'))?.[1])).toBeGreaterThan(50);
    expect(nginx).not.toMatch(/log_format[^;]*\$(request|request_uri|args)\b/);
  });
});
