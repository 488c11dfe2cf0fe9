import type { ClaimReason, Dispatch } from '../../../domain/dispatch/schema';
import { hex } from '../../../store/ids';
import { markNewsGiven } from '../../../store/news';
import { isOfIllegible } from '../../../store/to-record/legible';
import type { Context, Plane } from '../../context';
import { bundleDispatch } from '../bundle/bundle';
import { NoRoom } from '../bundle/reading-room';
import { readBundles, type Bundle, type BundleSubject } from '../bundle/read-bundles';
import type { Started, StartOutcome } from '../due/started';
import { failDispatch, releaseDispatch } from '../life-cycle';

/** What was won, with all that is needed to do it. */
export async function handOut(
  ctx: Context,
  starting: Promise<StartOutcome>,
  reading: Promise<Bundle>,
  subject: BundleSubject,
  isRoomFor: IsRoomFor,
): Promise<Dispatch | ClaimReason> {
  // A claim that is lost leaves the reading behind; its failure is then nobody's.
  reading.catch(() => undefined);
  const started = await starting;
  if ('reason' in started) return started.reason;
  try {
    const read = await reading;
    if (!isRoomFor(read, started)) return await leave(ctx, started);
    return await bundle(ctx.plane, started, read);
  } catch (error) {
    if (error instanceof NoRoom) return leave(ctx, started);
    if (!isOfIllegible(error)) throw error;
    return handOutAlone(ctx, started, subject);
  }
}

/** Whether the answer can hold it beside what it holds already. */
export type IsRoomFor = (read: Bundle, of: Pick<Started, 'type' | 'message' | 'subject'>) => boolean;

/** Due as before, no attempt spent: the next claim has room for it. */
async function leave(ctx: Context, { dispatch: { _id, epoch } }: Started): Promise<ClaimReason> {
  await releaseDispatch(ctx, hex(_id), { epoch });
  ctx.plane.log.info({ dispatchId: hex(_id) }, 'given back: what was claimed beside it is as long as may be at once');
  return 'at-capacity';
}

/** What is read together fails together, for the sake of one. */
async function handOutAlone(ctx: Context, started: Started, subject: BundleSubject): Promise<Dispatch | ClaimReason> {
  const share = ctx.plane.bundleMemory.share();
  try {
    const [reading] = readBundles(ctx.plane, [subject], share);
    return await bundle(ctx.plane, started, await reading!);
  } catch (error) {
    if (error instanceof NoRoom) return leave(ctx, started);
    if (!isOfIllegible(error)) throw error;
    return bury(ctx, started, error);
  } finally {
    share.end();
  }
}

/** Nobody can do what cannot be read: held until its lease ran out, it would be won again, and again for nobody. */
async function bury(ctx: Context, { dispatch: { _id, epoch } }: Started, error: unknown): Promise<ClaimReason> {
  ctx.plane.log.warn({ err: error, dispatchId: hex(_id) }, 'claimed work cannot be read');
  const why = 'it cannot be read: a field of its record, or of one that it hangs on, was made something else';
  await failDispatch(ctx, hex(_id), { epoch, error: why, retryable: false });
  return 'taken';
}

async function bundle(plane: Plane, started: Started, read: Bundle): Promise<Dispatch> {
  const dispatch = bundleDispatch(started, read);
  // Told twice where the process dies before this; never told not at all. Those that cannot be read count as given: as
  // unread they would resume the planner for ever.
  if (read.news.length > 0) {
    await markNewsGiven(
      plane.collections,
      read.news.map(({ _id }) => _id),
    );
  }
  return dispatch;
}
