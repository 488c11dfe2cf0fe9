import type { IncomingMessage } from 'node:http';

/** `http://authority/path`; what stands before the first `/` or `?` says whom the caller wants to reach. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/**
 * A request line that carries a whole URL, as proxies and some clients write it, is made the one that everybody else
 * writes, before any part of a server looks at it: such a path matched no route, so it went to the pages and came back as
 * a redirect. Its authority stands in for Host (RFC 9112 3.2.2), so the rules for Host and Origin hold for it: a Host of
 * ours beside a foreign authority lets nobody in.
 */
export function toOriginForm(req: IncomingMessage): void {
  const parts = ABSOLUTE.exec(req.url ?? '');
  if (!parts) return;
  const rest = parts[2]!;
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  req.headers.host = parts[1]!;
}
