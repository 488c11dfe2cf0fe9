import { ControlPlaneError } from '../domain/errors';
import type { RequestHeaders } from './credentials';

/**
 * Against DNS rebinding and cross-site requests, for every door alike: a page of another site can make a browser send
 * requests here, but it cannot choose their Host and Origin.
 */
export interface HostPolicyOptions {
  /** HOST: the address listened on. */
  host: string;
  /** The port listened on, asked at each request: with port 0 it is known only then. */
  port: () => number;
  /** SWITCHBOARD_ALLOWED_HOSTS: a name alone is good on any port, `name:port` on that one. */
  allowedHosts: readonly string[];
  /** Proxies in front of us whose X-Forwarded-* is believed; 0 = none. */
  trustedProxyHops: number;
}

/** Where the caller thinks it is. */
export interface ReachedAt {
  /** `name` or `name:port`, lower case. */
  host: string;
  secure: boolean;
  address: string;
}

export interface Arrival {
  headers: RequestHeaders;
  encrypted: boolean;
  remoteAddress: string;
}

export interface HostPolicy {
  /** Throws `host-not-allowed`. */
  reach(arrival: Arrival): ReachedAt;
}

/** As a Host header and a URL spell them. */
export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export function createHostPolicy({ host, port, allowedHosts, trustedProxyHops }: HostPolicyOptions): HostPolicy {
  const own = new Set([...LOOPBACK_NAMES, bracketed(host.toLowerCase())]);
  const extra = new Set(allowedHosts.map(entry => entry.toLowerCase()));
  const isAllowed = (name: string, portText: string, secure: boolean): boolean => {
    const asked = portText === '' ? (secure ? 443 : 80) : Number(portText);
    return (own.has(name) && asked === port()) || extra.has(name) || extra.has(`${name}:${asked}`);
  };
  return {
    reach: ({ headers, encrypted, remoteAddress }) => {
      const forwarded = (name: string) =>
        trustedProxyHops > 0 ? fromNearest(headers[name], trustedProxyHops)?.toLowerCase() : undefined;
      const proto = forwarded('x-forwarded-proto');
      const secure = proto === undefined ? encrypted : proto === 'https';
      const asked = (forwarded('x-forwarded-host') ?? headers['host'] ?? '').toLowerCase();
      const parts = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/.exec(asked);
      if (!parts || !isAllowed(parts[1]!, parts[2] ?? '', secure)) throw foreignHost(asked);
      return { host: asked, secure, address: forwarded('x-forwarded-for') ?? remoteAddress };
    },
  };
}

const foreignHost = (asked: string) =>
  new ControlPlaneError(
    'host-not-allowed',
    `Host '${asked.replace(/[^\x21-\x7e]/g, '').slice(0, 100)}' is not one of this server's. Add it to SWITCHBOARD_ALLOWED_HOSTS if it should be.`,
  );

/** An IPv6 address stands in brackets in a Host header. */
const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** Each proxy appends what it saw, so the entry our outermost trusted proxy wrote is counted from the end. */
function fromNearest(header: string | undefined, hops: number): string | undefined {
  const entries = header?.split(',').map(entry => entry.trim()) ?? [];
  return entries[Math.max(0, entries.length - hops)] || undefined;
}

/**
 * For writes that a browser authorises by itself (a cookie) or that change its session. Every browser sends Origin
 * with a cross-site write; a request without any is no browser's.
 */
export function refuseForeignOrigin(headers: RequestHeaders, reached: ReachedAt): void {
  const site = headers['sec-fetch-site'];
  const origin = headers['origin'];
  const siteIsOurs = site === undefined || site === 'same-origin' || site === 'none';
  if (siteIsOurs && (origin === undefined || isSameOrigin(origin, reached))) return;
  throw new ControlPlaneError('origin-not-allowed', 'This write came from a page of another site.');
}

function isSameOrigin(origin: string, { host, secure }: ReachedAt): boolean {
  const parts = /^(https?):\/\/([^/]+)$/.exec(origin.toLowerCase());
  if (!parts) return false;
  // TLS may end at a proxy that does not say so; what must agree is whom the browser talked to.
  if (secure && parts[1] !== 'https') return false;
  const port = parts[1] === 'https' ? ':443' : ':80';
  const bare = (authority: string) => (authority.endsWith(port) ? authority.slice(0, -port.length) : authority);
  return bare(parts[2]!) === bare(host);
}
