import { randomBytes } from 'node:crypto';

/** Some hundred secrets. */
const BLOCK_BYTES = 8_192;

let block = Buffer.alloc(0);
let used = 0;

/**
 * Bytes from the system's generator, fetched a block at a time: each claim needs two handfuls, and asking for each by
 * itself was over a hundredth of what a claim costs. No byte is given twice, and none stays behind once given.
 */
export function fewRandomBytes(count: number): Buffer {
  if (used + count > block.length) {
    block = randomBytes(Math.max(BLOCK_BYTES, count));
    used = 0;
  }
  const bytes = Buffer.from(block.subarray(used, used + count));
  block.fill(0, used, used + count);
  used += count;
  return bytes;
}
