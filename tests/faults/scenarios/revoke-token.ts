import { Crowd } from '../rig/crowd';
import { Feed } from '../rig/feed';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const ENDED_WITHIN_MS = 15_000;
const WITHIN_MS = 30_000;
const READERS = 20;

export const revokeToken = scenario({
  name: 'revoke-token',
  title: 'a token is revoked under 20 open streams, on web and on an events process',
  set: { members: 1 },
  bars: { endedMs: { most: ENDED_WITHIN_MS }, othersEnded: { most: 0 }, toldAfterwards: { most: 0 } },
  run: async rig => {
    await rig.startBoard({ events: 1 });
    const { board } = rig;
    const urls = board.children.flatMap(child => ('url' in child ? [String(child.url)] : []));
    const { body } = await board.call('POST', '/api/tokens', { role: 'viewer', label: 'soon revoked' });
    const query = '?types=message-created';
    const revoked = await new Crowd({ size: READERS, urls, token: body.token, query }).opened();
    const others = await new Crowd({ size: READERS, urls, token: await board.token('viewer'), query }).opened();
    for (const crowd of [revoked, others]) rig.add(() => crowd.stop());
    const feed = new Feed(rig, 10).start();
    // Somewhere between two looks at the credentials.
    await sleep(rig.random.between(2_000, 12_000));
    rig.fault('token revoked');
    const revokedAtMs = Date.now();
    const answer = await board.call('DELETE', `/api/tokens/${body.id}`);
    if (answer.status !== 204) throw new Error(`the token was not revoked: ${answer.status}`);
    await until(
      () => revoked.live === 0,
      WITHIN_MS,
      () => `${revoked.live} streams are still open`,
    );
    const endedMs = Date.now() - revokedAtMs;
    const told = () => revoked.heads.reduce((sum, head) => sum + head.told.length, 0);
    const before = told();
    await sleep(2_000);
    await feed.stop();
    const othersEnded = others.heads.filter(({ ends }) => ends > 0).length;
    return { endedMs, othersEnded, toldAfterwards: told() - before };
  },
});
