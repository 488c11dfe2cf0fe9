import { ControlPlaneError } from '../domain/errors';
import type { Principal } from '../domain/identity/schema';
import type { StreamLimits } from './limits';
import type { Subscriber } from './subscriber';

type Caps = Pick<StreamLimits, 'maxStreams' | 'maxStreamsPerPrincipal' | 'refusedRetryAfterMs'>;

/** Who is connected: the caps, and one connection a consumer name. */
export class Admission {
  readonly #all = new Set<Subscriber>();
  readonly #perPrincipal = new Map<string, number>();
  readonly #consumers = new Map<string, Subscriber>();

  constructor(private readonly caps: Caps) {}

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Subscriber> {
    return this.#all;
  }

  consumer(tenantId: string, name: string): Subscriber | undefined {
    return this.#consumers.get(consumerKey(tenantId, name));
  }

  /** Throws before anything was written to the reader. */
  check(principal: Principal): void {
    if (this.#all.size >= this.caps.maxStreams) {
      throw this.#refusal(`This process already serves ${this.caps.maxStreams} event streams.`);
    }
    if ((this.#perPrincipal.get(principalKey(principal)) ?? 0) >= this.caps.maxStreamsPerPrincipal) {
      throw this.#refusal(`These credentials already hold ${this.caps.maxStreamsPerPrincipal} event streams.`);
    }
  }

  add(subscriber: Subscriber): void {
    const { principal, consumer } = subscriber;
    const key = principalKey(principal);
    this.#all.add(subscriber);
    this.#perPrincipal.set(key, (this.#perPrincipal.get(key) ?? 0) + 1);
    if (consumer !== null) this.#consumers.set(consumerKey(principal.tenantId, consumer), subscriber);
  }

  remove(subscriber: Subscriber): void {
    if (!this.#all.delete(subscriber)) return;
    const { principal, consumer } = subscriber;
    const key = principalKey(principal);
    const left = (this.#perPrincipal.get(key) ?? 1) - 1;
    if (left > 0) this.#perPrincipal.set(key, left);
    else this.#perPrincipal.delete(key);
    if (consumer === null) return;
    const name = consumerKey(principal.tenantId, consumer);
    if (this.#consumers.get(name) === subscriber) this.#consumers.delete(name);
  }

  #refusal(message: string): ControlPlaneError {
    const retryAfterMs = this.caps.refusedRetryAfterMs;
    return new ControlPlaneError('limit-exceeded', message, { retry: 'backoff', retryAfterMs });
  }
}

const principalKey = ({ tenantId, role, id }: Principal): string => `${tenantId}/${role}/${id}`;
const consumerKey = (tenantId: string, name: string): string => `${tenantId}/${name}`;
