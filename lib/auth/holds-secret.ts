import { randomInt, timingSafeEqual } from 'node:crypto';

/** Odd, so that no character's share is lost; of this process alone, so that no text can be made to have a given sum. */
const BASE = randomInt(2 ** 30) * 2 + 1;

/**
 * Whether the secret stands anywhere in the text. Each stretch of its length is told by its sum, in one pass: a search
 * that stops at the first other character would show in its time how much of a guess was right.
 */
export function holdsSecret(text: string, secret: string): boolean {
  const size = secret.length;
  if (size === 0 || text.length < size) return false;
  let [wanted, sum, lead] = [0, 0, 1];
  for (let at = 0; at < size; at += 1) {
    wanted = (Math.imul(wanted, BASE) + secret.charCodeAt(at)) | 0;
    sum = (Math.imul(sum, BASE) + text.charCodeAt(at)) | 0;
    lead = Math.imul(lead, BASE);
  }
  for (let end = size; ; end += 1) {
    if (sum === wanted && isSame(text.slice(end - size, end), secret)) return true;
    if (end === text.length) return false;
    sum = (Math.imul(sum, BASE) + text.charCodeAt(end) - Math.imul(lead, text.charCodeAt(end - size))) | 0;
  }
}

/** Both of one length, in UTF-16 as in bytes of it. */
const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(one, 'utf16le'), Buffer.from(other, 'utf16le'));
