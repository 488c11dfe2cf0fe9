/** Hex and base64url without Buffer or atob, so that browsers and servers run the same few lines. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

export function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (nibble(hex.charCodeAt(index * 2)) << 4) | nibble(hex.charCodeAt(index * 2 + 1));
  }
  return bytes;
}

/** Digits end at 57; the letters' low bits are 1 to 6, in either case. Once an event: `parseInt` was a third of it. */
const nibble = (code: number): number => (code <= 57 ? code - 48 : (code & 7) + 9);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase());

export function bytesToHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

export function bytesToBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const rest = bytes.length - index;
    const group = (bytes[index]! << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!;
    if (rest > 1) text += ALPHABET[(group >> 6) & 63]!;
    if (rest > 2) text += ALPHABET[group & 63]!;
  }
  return text;
}

/** Null for what no encoder writes: foreign characters, an impossible length, bits that stand for nothing. */
export function base64UrlToBytes(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let bits = 0;
  let width = 0;
  let at = 0;
  for (const character of text) {
    const value = VALUES.get(character);
    if (value === undefined) return null;
    bits = ((bits << 6) | value) & 0xffff;
    width += 6;
    if (width >= 8) {
      width -= 8;
      bytes[at++] = (bits >> width) & 0xff;
    }
  }
  return (bits & ((1 << width) - 1)) === 0 ? bytes : null;
}
