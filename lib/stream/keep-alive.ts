import type { StreamIdentity } from '../domain/event/event-source';
import type { StreamPoint } from '../wire/position';
import { CredentialChecks } from './credential-checks';
import { checkpointFrame, HEARTBEAT } from './frames';
import type { StreamLimits } from './limits';
import type { CloseReason, Subscriber } from './subscriber';

export interface KeepAlivePort {
  limits: StreamLimits;
  /** Null before the first open. */
  identity(): StreamIdentity | null;
  /** Ms since the epoch. */
  wallNow(): number;
  /** A point with nothing before it that this reader has not had; null while there is something. */
  safePoint(subscriber: Subscriber): StreamPoint | null;
  close(subscriber: Subscriber, reason: CloseReason): void;
}

/** What happens to each reader by the clock. One timer drives it for all: ten thousand of their own would cost more. */
export class KeepAlive {
  readonly #checks: CredentialChecks;

  constructor(private readonly port: KeepAlivePort) {
    this.#checks = new CredentialChecks(port.limits.credentialShareMs);
  }

  begin(subscriber: Subscriber, nowMs: number): void {
    subscriber.nextHeartbeatAtMs = nowMs + this.port.limits.heartbeatMs;
    subscriber.nextCheckAtMs = nowMs + this.port.limits.credentialCheckMs;
  }

  tick(subscriber: Subscriber, nowMs: number): void {
    const { limits, wallNow, close } = this.port;
    const { expiresAtMs } = subscriber.principal;
    if (expiresAtMs !== undefined && wallNow() >= expiresAtMs) return close(subscriber, 'credentials');
    if (subscriber.isOver(limits, nowMs)) return close(subscriber, 'slow-reader');
    if (subscriber.isStalled(limits.readerStallMs, nowMs)) return close(subscriber, 'stalled-reader');
    if (nowMs >= subscriber.nextCheckAtMs) this.#checkCredentials(subscriber, nowMs);
    // To one that takes nothing, more signs of life are only more to hold.
    if (subscriber.isBlocked) return;
    if (nowMs - subscriber.lastEventAtMs >= limits.checkpointMs) this.#checkpoint(subscriber, nowMs);
    if (nowMs >= subscriber.nextHeartbeatAtMs) {
      // From when it was due, or lateness adds up; from now, when it could not be sent for long.
      const dueAtMs = subscriber.nextHeartbeatAtMs + limits.heartbeatMs;
      subscriber.nextHeartbeatAtMs = dueAtMs > nowMs ? dueAtMs : nowMs + limits.heartbeatMs;
      subscriber.write(HEARTBEAT, nowMs);
    }
  }

  #checkpoint(subscriber: Subscriber, nowMs: number): void {
    const point = this.port.safePoint(subscriber);
    const identity = this.port.identity();
    if (point !== null && identity !== null) subscriber.writeEvents(checkpointFrame(identity, point), nowMs);
  }

  /** Only a clear no ends a stream: while the database is away nobody can tell, and nothing flows either. */
  #checkCredentials(subscriber: Subscriber, nowMs: number): void {
    subscriber.nextCheckAtMs = nowMs + this.port.limits.credentialCheckMs;
    this.#checks.ask(subscriber, nowMs)?.then(
      isValid => {
        if (!isValid && !subscriber.isClosed) this.port.close(subscriber, 'credentials');
      },
      () => undefined,
    );
  }
}
