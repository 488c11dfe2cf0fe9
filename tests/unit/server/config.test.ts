import { describe, expect, test } from 'vitest';
import { parseConfig } from '@/lib/server/config';
import { StartupError } from '@/lib/server/startup-error';

const refusal = (env: Record<string, string>): StartupError => {
  try {
    parseConfig(env, '/srv');
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
  throw new Error('The environment was accepted');
};

describe('parseConfig', () => {
  test('an empty environment gives the documented defaults, frozen', () => {
    const config = parseConfig({}, '/srv');
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 7777,
      eventsPort: 7778,
      mcpPort: 7779,
      mongodbUri: undefined,
      database: 'switchboard',
      dataDir: '/srv/.switchboard',
      mongodPath: undefined,
      adminToken: undefined,
      url: undefined,
      token: undefined,
      allowedHosts: [],
      trustedProxyHops: 0,
      maxStreams: 10_000,
      maxStreamsPerPrincipal: 50,
      logLevel: 'info',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('an empty or blank variable counts as absent', () => {
    expect(parseConfig({ PORT: '', MONGODB_URI: '  ', SWITCHBOARD_ADMIN_TOKEN: '' }).port).toBe(7777);
  });

  test('values are converted, lists split, paths made absolute', () => {
    const config = parseConfig(
      {
        PORT: '0',
        SWITCHBOARD_DATA: 'data',
        SWITCHBOARD_MONGOD: '../bin/mongod',
        SWITCHBOARD_ALLOWED_HOSTS: 'Board.example.com, 10.0.0.5:8080,[::1]',
        SWITCHBOARD_TRUST_PROXY: 'true',
        SWITCHBOARD_URL: 'https://board.example.com/',
        LOG_LEVEL: 'DEBUG',
      },
      '/srv',
    );
    expect(config).toMatchObject({
      port: 0,
      dataDir: '/srv/data',
      mongodPath: '/bin/mongod',
      allowedHosts: ['board.example.com', '10.0.0.5:8080', '[::1]'],
      trustedProxyHops: 1,
      url: 'https://board.example.com',
      logLevel: 'debug',
    });
  });

  test.each([
    ['PORT', '70000', 'a port number'],
    ['PORT', '80a', 'a port number'],
    ['EVENTS_PORT', '-1', 'a port number'],
    ['MCP_PORT', '1.5', 'a port number'],
    ['MONGODB_URI', 'postgres://db', 'mongodb://'],
    ['SWITCHBOARD_DB', 'my.db', 'a database name'],
    ['SWITCHBOARD_DB', 'admin', 'a database other than'],
    ['SWITCHBOARD_URL', 'http://user@board', 'a URL without a user'],
    ['SWITCHBOARD_URL', 'http://board/?a=1', 'a URL without a user'],
    ['SWITCHBOARD_URL', 'ftp://board', 'a URL with http'],
    ['SWITCHBOARD_ALLOWED_HOSTS', 'a,,b', 'host names'],
    ['SWITCHBOARD_ALLOWED_HOSTS', 'http://board', 'host names'],
    ['SWITCHBOARD_TRUST_PROXY', 'yes', 'true, false'],
    ['SWITCHBOARD_MAX_STREAMS', '0', 'a whole number from 1'],
    ['SWITCHBOARD_MAX_STREAMS_PER_PRINCIPAL', 'many', 'a whole number from 1'],
    ['LOG_LEVEL', 'loud', 'one of trace'],
    ['HOST', 'not a host', 'an address'],
  ])('%s=%s is refused with its name, what came and what is wanted', (name, value, wanted) => {
    const { message, exitCode } = refusal({ [name]: value });
    expect(message).toContain(`${name}: got "${value}"`);
    expect(message).toContain(`wanted ${wanted}`);
    expect(exitCode).not.toBe(0);
  });

  test('a short admin token is refused without being shown', () => {
    const { message } = refusal({ SWITCHBOARD_ADMIN_TOKEN: 'too-short-secret' });
    expect(message).toBe('SWITCHBOARD_ADMIN_TOKEN: got 16 characters, wanted 24 characters or more');
  });

  test('the password of a bad connection string is not shown', () => {
    const { message } = refusal({ MONGODB_URI: 'mongo://me:hunter2@db' });
    expect(message).not.toContain('hunter2');
    expect(message).toContain('MONGODB_URI');
  });

  test('every bad variable is named, not only the first', () => {
    const { message } = refusal({ PORT: 'x', LOG_LEVEL: 'y' });
    expect(message.split('\n')).toHaveLength(2);
  });
});
