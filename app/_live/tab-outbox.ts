import type { StreamEvent } from '@/lib/sdk/stream-event';
import { MAX_EVENTS_IN_FLIGHT, MAX_EVENTS_QUEUED, type Line, type WorkerMessage } from './share-protocol';

/**
 * What one tab is still to hear. It gets every event in order, or, when it is too slow to, exactly one `reset` in their
 * place: the invariant of the stream itself, kept over the last step.
 */
export class TabOutbox {
  #waiting: StreamEvent[] = [];
  #inFlight = 0;
  #isOpen = false;
  /** Something was given up: `reset` goes before all that waits. */
  #owesReset = false;

  constructor(private readonly line: Line<WorkerMessage>) {}

  /** It may hear now; what came since it attached goes out. */
  open(): void {
    this.#isOpen = true;
    this.flush();
  }

  add(event: StreamEvent): void {
    if (this.#waiting.length >= MAX_EVENTS_QUEUED) return this.reset();
    // Nothing is worth keeping until the tab, once it has caught up, reads afresh.
    if (this.#owesReset && this.#inFlight > 0) return;
    this.#waiting.push(event);
  }

  reset(): void {
    this.#waiting = [];
    this.#owesReset = true;
  }

  taken(events: number): void {
    this.#inFlight = Math.max(0, this.#inFlight - events);
    this.flush();
  }

  flush(): void {
    if (!this.#isOpen) return;
    if (this.#owesReset) {
      if (this.#inFlight > 0) return;
      this.#owesReset = false;
      this.line.send({ kind: 'reset' });
    }
    const events = this.#waiting.splice(0, MAX_EVENTS_IN_FLIGHT - this.#inFlight);
    if (events.length === 0) return;
    this.#inFlight += events.length;
    this.line.send({ kind: 'events', events });
  }
}
