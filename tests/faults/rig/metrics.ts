import type { Board, Listener } from './board';
import { until } from './wait';

const WITHIN_MS = 60_000;

/** One figure of `GET /api/metrics`; a server under a flood may be slow to say it. */
export function metric(board: Board, name: string, web: Listener = board.web): Promise<number> {
  const row = new RegExp(`${name}(\\{[^}]*\\})? `);
  const look = async (): Promise<{ value: number } | null> => {
    const answer = await board.call('GET', '/api/metrics', undefined, { web }).catch(() => null);
    if (answer?.status !== 200) return null;
    const line = String(answer.body)
      .split('\n')
      .find(text => !text.startsWith('#') && row.test(text));
    if (line === undefined) throw new Error(`no metric ${name}`);
    return { value: Number(line.trim().split(' ').at(-1)) };
  };
  return until(look, WITHIN_MS, `${name} is said`).then(({ value }) => value);
}
