import type { Principal } from '../../domain/identity/schema';
import { holdConsumer, keepConsumer, leaveConsumer } from '../../store/consumers';
import type { ConsumerDocument } from '../../store/documents';
import { removePresence, touchPresence } from '../../store/presence';
import type { Plane } from '../context';
import { claimerId } from '../dispatches/note-claimer';

/** A stream's presence and its hold on a consumer's name are refreshed this often. */
const PRESENCE_MS = 5_000;

/** Says who listens, to every process; ends the stream when another one took its consumer's name. */
export function keepPresent(
  plane: Plane,
  principal: Principal,
  connectionId: string,
  held: ConsumerDocument | null,
  end: () => void,
): () => void {
  const c = plane.collections;
  const id = `stream:${connectionId}`;
  const warn = (error: unknown) => plane.log.debug({ err: error }, 'presence not written');
  const touch = () =>
    touchPresence(c, {
      _id: id,
      tenantId: principal.tenantId,
      role: principal.role,
      principalId: principal.id,
      consumer: held?.name ?? null,
      kind: 'stream',
      process: plane.processName,
    });
  let touched: Promise<void> = touch().catch(warn);
  if (held) void holdConsumer(c, held._id, connectionId).catch(warn);
  const timer = setInterval(() => {
    touched = touch().catch(warn);
    if (held) keepConsumer(c, held._id, connectionId).then(kept => void (kept || end()), warn);
  }, PRESENCE_MS);
  return () => {
    clearInterval(timer);
    // After the write under way, which would bring it back: a reader that was gone at once stayed listed.
    void touched.then(() => removePresence(c, id)).catch(warn);
    // Its claims count as listening too, and it is gone with its stream.
    if (held) removePresence(c, claimerId(principal, held.name)).catch(warn);
    if (held) leaveConsumer(c, held._id, connectionId).catch(warn);
  };
}
