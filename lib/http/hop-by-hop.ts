export type Headers = Record<string, string | string[] | undefined>;

/** RFC 9110 7.6.1: these say something about one connection, and the next one is another. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-authorization',
  'proxy-connection',
]);

/** What a proxy passes on, without what it leaves out beside. */
export const passedOn = (headers: Headers, isLeftOut: (name: string) => boolean = () => false): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !isLeftOut(name)));
