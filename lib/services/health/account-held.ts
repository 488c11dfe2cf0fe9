import type { AccountDocument } from '../../store/documents';

/** Without it nobody saw why work was due, somebody listened, and nothing started. */
export const accountHeldReason = ({ account, retryNotBefore }: AccountDocument): string =>
  `Account ${account} takes no work before ${minuteOf(retryNotBefore)} UTC: its provider’s limit.`;

/** `2026-11-24 14:05`, rounded up: at that minute it takes work. */
const minuteOf = (at: Date): string =>
  new Date(Math.ceil(at.getTime() / 60_000) * 60_000).toISOString().slice(0, 16).replace('T', ' ');
