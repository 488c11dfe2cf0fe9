import type { Principal } from '@/lib/domain/identity/schema';

/** One connection, or one HTTP request of a client that keeps none. */
export interface Connection {
  /** Asked anew for every call: a token revoked meanwhile opens nothing more. Null: it is not good any more. */
  principal(): Promise<Principal | null>;
  /** What the client calls itself. */
  client: string;
  /** Sessions of a pipe end with it. */
  pipe: string | null;
}
