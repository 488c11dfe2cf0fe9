import { randomUUID } from 'node:crypto';
import type { Principal } from '../../domain/identity/schema';
import { SECOND_MS } from '../../kernel/clock';
import { holdConsumer, keepConsumer, leaveConsumer } from '../../store/consumers';
import type { ConsumerDocument } from '../../store/documents';
import { writePresence } from '../../store/presence';
import type { Plane } from '../context';
import { claimerId } from '../dispatches/claim/note-claimer';

/** A stream's hold on a consumer's name is refreshed this often. */
const HOLD_MS = 5 * SECOND_MS;

/** Says who listens, to every process; ends the stream when another one took its consumer's name. */
export function keepPresent(
  plane: Plane,
  principal: Principal,
  held: ConsumerDocument | null,
  end: () => void,
): () => void {
  const leave = plane.streamPresence.enter(principal, held?.name ?? null);
  if (held === null) return leave;
  const letGo = keepHold(plane, held, end);
  return () => {
    leave();
    letGo();
    // Others leave no absence behind: nobody is missing who did not listen for work.
    if (principal.role !== 'orchestrator') return;
    // Its claims count as listening too, and it is gone with its stream.
    const claimer = { _id: claimerId(principal, held.name), tenantId: principal.tenantId };
    writePresence(plane.collections, { present: [], gone: [claimer] }).catch(error =>
      plane.log.debug({ err: error }, 'presence not written'),
    );
  };
}

/** One write at a time: a hold that came after its own end would stand for ever. */
function keepHold(
  { collections: c, log }: Plane,
  { _id, name, connectionId: before }: ConsumerDocument,
  end: () => void,
): () => void {
  const connectionId = randomUUID();
  // Until the hold is known to be written, who was there before is nobody that took it.
  let over = [before, null];
  let isWriting = false;
  let written = Promise.resolve();
  const write = (step: () => Promise<void>) => {
    isWriting = true;
    written = written
      .then(step)
      .catch((error: unknown) => log.debug({ err: error, consumer: name }, 'hold on a consumer not written'))
      .finally(() => (isWriting = false));
  };
  const keep = async () => {
    if (await keepConsumer(c, _id, connectionId, over)) over = [];
    else end();
  };
  write(async () => {
    await holdConsumer(c, _id, connectionId);
    over = [];
  });
  const timer = setInterval(() => void (isWriting || write(keep)), HOLD_MS);
  return () => {
    clearInterval(timer);
    write(() => leaveConsumer(c, _id, connectionId));
  };
}
