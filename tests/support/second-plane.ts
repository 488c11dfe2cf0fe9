import { adoptRawMessages, takeInRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { AdoptionQueue } from '@/lib/services/messages/adoption/adoption-queue';
import { RawIntake } from '@/lib/services/messages/adoption/raw-intake';
import { ThreadOpener } from '@/lib/services/messages/adoption/thread-opener';
import type { Plane } from '@/lib/services/context';
import { openRawThreads } from '@/lib/store/threads';

/** Another process on the same database, as far as raw inserts go: it shares no queue, no intake and no opener. */
export function secondPlane(first: Plane): Plane {
  const second: Plane = {
    ...first,
    processName: 'other',
    threadOpener: new ThreadOpener(
      threads => openRawThreads(first.collections, threads),
      () => undefined,
    ),
    rawIntake: new RawIntake(inserts => takeInRawMessages(second, inserts)),
    adoption: new AdoptionQueue({
      messages: async ids => void (await adoptRawMessages(second, ids)),
      task: async () => undefined,
      threads: () => second.threadOpener.flush(),
      failed: error => {
        throw error;
      },
    }),
  };
  return second;
}
