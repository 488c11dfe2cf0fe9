import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection, type ConnectionFile } from '@/lib/server/orchestrator-skill/connection';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-connection-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const installed = (file: ConnectionFile) => writeFileSync(join(folder, 'connection.json'), JSON.stringify(file));
const open = (env: Record<string, string>) => openConnection({ root: folder, folder }, env);
const MADE_AT = 'http://127.0.0.1:7777';
const OWN = 'swb_orchestrator_one_secret';

describe('the token that the installer left', () => {
  it.each(['', MADE_AT, `${MADE_AT}/`, 'http://localhost:7777'])('is for its server, called %j', url => {
    installed({ url: MADE_AT, token: OWN });
    expect(open({ SWITCHBOARD_URL: url }).token).toBe(OWN);
  });

  it.each(['https://plane.example', 'http://127.0.0.1:7778', 'https://127.0.0.1:7777', 'nonsense'])(
    'is shown to no other: for %s it says which token is missing',
    url => {
      installed({ url: MADE_AT, token: OWN });
      const wanted = { code: 'no-token', exitCode: 2, fix: expect.stringContaining('SWITCHBOARD_TOKEN') };
      const why = new RegExp(`No token for ${url}.*SWITCHBOARD_TOKEN is not set.*${MADE_AT}`);
      expect(() => open({ SWITCHBOARD_URL: url })).toThrow(expect.objectContaining(wanted));
      expect(() => open({ SWITCHBOARD_URL: url })).toThrow(why);
      expect(open({ SWITCHBOARD_URL: url, SWITCHBOARD_TOKEN: 'its own' }).token).toBe('its own');
    },
  );

  it('is for the usual server where it names none', () => {
    installed({ token: OWN });
    expect(open({}).token).toBe(OWN);
    expect(() => open({ SWITCHBOARD_URL: 'https://plane.example' })).toThrow('No token');
  });
});

it('a name that somebody gave is told from one that is made from the folder', () => {
  installed({ token: OWN });
  expect(open({}).isNamed).toBe(false);
  expect(openConnection({ root: folder, folder }, {}, 'given')).toMatchObject({ consumer: 'given', isNamed: true });
  installed({ token: OWN, consumer: 'written-down' });
  expect(open({})).toMatchObject({ consumer: 'written-down', isNamed: true });
});

const nameOf = () => open({}).consumer;

describe('a name that is made from the folder', () => {
  it('is the same each time, and another on a machine that is called the same and has the same path and token', () => {
    installed({ token: OWN });
    const name = nameOf();
    expect(nameOf()).toBe(name);
    // The other's disk.
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    installed({ token: OWN });
    expect(nameOf()).not.toBe(name);
  });

  it('stays what it was where a session was before there were marks', () => {
    installed({ token: OWN });
    writeFileSync(join(folder, 'state.json'), JSON.stringify({ ended: ['a'.repeat(24)] }));
    const before = createHash('sha256').update(`${folder}\nswb_orchestrator_one`).digest('hex').slice(0, 8);
    expect(nameOf()).toMatch(new RegExp(`^claude-.*-${before}$`));
  });
});
