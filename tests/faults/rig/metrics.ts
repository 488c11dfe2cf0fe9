import type { Board, Listener } from './board';

/** One figure of `GET /api/metrics`. */
export async function metric(board: Board, name: string, web: Listener = board.web): Promise<number> {
  const { body } = await board.call('GET', '/api/metrics', undefined, { web });
  const line = String(body)
    .split('\n')
    .find(row => !row.startsWith('#') && new RegExp(`${name}(\\{[^}]*\\})? `).test(row));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.trim().split(' ').at(-1));
}
