import type { SourceEvent, SourceStep } from '../domain/event/event-source';
import { isEncodableToken, subPoint, type StreamPoint } from '../wire/position';
import { ProgressThrottle } from './progress-throttle';

export interface PointedEvent {
  point: StreamPoint;
  event: SourceEvent;
}

/**
 * Gives events their points. A held event goes out after its own change was passed, so it gets a point of its own
 * right behind the newest token: order holds, and resuming from it is resuming from that token.
 */
export class Coalescer {
  readonly #throttle: ProgressThrottle;
  #token = '';
  #subs = 0;

  constructor(windowMs: number) {
    this.#throttle = new ProgressThrottle(windowMs);
  }

  get token(): string {
    return this.#token;
  }
  get holds(): boolean {
    return this.#throttle.holds;
  }

  /** The newest point this stream has reached; '' before the first. */
  get point(): StreamPoint {
    return this.#subs === 0 ? this.#token : subPoint(this.#token, this.#subs);
  }

  begin(token: string): void {
    this.#throttle.clear();
    this.#token = token;
    this.#subs = 0;
  }

  /** What a step puts out, in order. A token that cannot be a position moves nothing and names nothing. */
  take(step: SourceStep, nowMs: number): PointedEvent[] {
    const out = this.due(nowMs);
    if (!isEncodableToken(step.token) || step.token <= this.#token) return out;
    this.#token = step.token;
    this.#subs = 0;
    if (step.event !== null && this.#throttle.admit(step.event, nowMs)) {
      out.push({ point: step.token, event: step.event });
    }
    return out;
  }

  /**
   * All that is held, for here the record of one reading ends and that of another begins, which knows nothing of it:
   * the end of a process, the place where the next one's began. Forgets the windows, as that one never had them.
   */
  flush(): PointedEvent[] {
    const out = this.due(Number.POSITIVE_INFINITY);
    this.#throttle.clear();
    return out;
  }

  due(nowMs: number): PointedEvent[] {
    if (this.#token === '') return [];
    return this.#throttle.due(nowMs).map(event => {
      this.#subs += 1;
      return { point: this.point, event };
    });
  }
}
