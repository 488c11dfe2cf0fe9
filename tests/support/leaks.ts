import { makeDispatchKey } from '@/lib/auth/dispatch-key';
import { makeToken } from '@/lib/auth/token';
import type { TestPlane } from './make-plane';

const ID = '0123456789abcdef01234567';
const KEY = makeDispatchKey(ID, 1);
const TOKEN = makeToken('agent', ID);
const SECRETS = [KEY, TOKEN].map(text => text.slice(-16));

/** Text as somebody pastes it, with a key and a token in it, and as it is to be stored. */
export const LEAK = `use ${KEY}, ${TOKEN}`;
export const SAFE = `use dk_${ID}_1_[redacted], swb_agent_${ID}_[redacted]`;
/** Short enough for names, and without spaces. */
export const KEY_LEAK = KEY;
export const KEY_SAFE = `dk_${ID}_1_[redacted]`;

export const hasLeak = (value: unknown): boolean => {
  const text = JSON.stringify(value);
  return SECRETS.some(secret => text.includes(secret));
};

/** `collection/id` of all documents that hold one of them, wherever in them. */
export async function leakingDocuments({ database: { db } }: Pick<TestPlane, 'database'>): Promise<string[]> {
  const names = (await db.listCollections({ type: 'collection' }).toArray()).map(({ name }) => name);
  const leaks = await Promise.all(
    names.map(async name =>
      (await db.collection(name).find().toArray()).filter(hasLeak).map(({ _id }) => `${name}/${String(_id)}`),
    ),
  );
  return leaks.flat();
}
