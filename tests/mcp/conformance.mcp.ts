import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { conformance } from './installed';
import { MOSTLY, NOT_APPLICABLE } from './not-applicable';
import { startTokenProxy, type TokenProxy } from './token-proxy';

/** The published conformance suite against the real server: what applies passes, and what does not is told. */

let board: Switchboard;
let proxy: TokenProxy;
beforeAll(async () => {
  board = await startSwitchboard();
  const token = await board.tokenFor('agent', { agentType: 'research' });
  await until(
    () =>
      fetch(board.run.urls.mcp).then(
        () => true,
        () => false,
      ),
    30_000,
  );
  proxy = await startTokenProxy(board.run.urls.mcp, token);
});
afterAll(async () => {
  await proxy?.stop();
  expect(await board?.stop()).toBe(0);
});

interface Scenario {
  name: string;
  passed: number;
  failed: number;
}

const scenariosIn = (output: string): Scenario[] =>
  [...output.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed$/gm)].map(([, name, passed, failed]) => ({
    name: name!,
    passed: Number(passed),
    failed: Number(failed),
  }));

describe('the conformance suite', () => {
  it.each([
    ['2025-11-25', 30],
    ['2026-07-28', 45],
  ])('of revision %s passes, but for what does not apply', async (revision, least) => {
    const { output } = await conformance(['server', '--url', `${proxy.url}/mcp`, '--requirements', revision]);
    const scenarios = scenariosIn(output);
    expect(scenarios.length, output.slice(-2_000)).toBeGreaterThanOrEqual(least);
    const failing = scenarios.filter(({ failed }) => failed > 0);
    expect(failing.map(({ name }) => name).filter(name => !(name in NOT_APPLICABLE))).toEqual([]);
    // One that is listed and passes no longer belongs there.
    const passing = scenarios.filter(({ failed }) => failed === 0).map(({ name }) => name);
    expect(passing.filter(name => name in NOT_APPLICABLE)).toEqual([]);
    for (const { name, passed } of failing) expect(passed, name).toBeGreaterThanOrEqual(MOSTLY[name] ?? 1);
  });

  it('is told of in docs/mcp.md, scenario by scenario', () => {
    const text = readFileSync('docs/mcp.md', 'utf8');
    const missing = Object.entries(NOT_APPLICABLE).filter(
      ([name, why]) => !text.includes(`\`${name}\``) || !text.includes(why),
    );
    expect(missing).toEqual([]);
  });
});
