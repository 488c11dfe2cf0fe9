import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadText, LineSplitter, TailText, clip } from '@/lib/server/orchestrator/bounded-text';

const LIMIT = 200;
const chunksOf = (bytes: Buffer, sizes: number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
};
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

describe('bounded text', () => {
  it('keeps short text whole wherever it is split, and cuts long text within the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), sizes, (text, split) => {
        const head = new HeadText(LIMIT);
        for (const chunk of chunksOf(Buffer.from(text), split)) head.push(chunk);
        const kept = head.finish();
        expect(kept.length).toBeLessThanOrEqual(LIMIT);
        const whole = Buffer.from(text).toString('utf8');
        if (whole.length <= LIMIT) expect(kept).toBe(whole);
        else expect(kept).toContain(`the output had ${whole.length} characters`);
        expect(clip(whole, LIMIT)).toBe(kept);
        expect(Buffer.from(kept).toString('utf8')).toBe(kept);
      }),
    );
  });

  it('shows as a replacement character what the end of the stream cut off, within the limit', () => {
    const whole = Buffer.from('né€😀');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), sizes, (length, split) => {
        const cut = whole.subarray(0, length);
        const head = new HeadText(LIMIT);
        const seen: string[] = [];
        const splitter = new LineSplitter(1_000, line => seen.push(line));
        for (const chunk of chunksOf(cut, split)) {
          head.push(chunk);
          splitter.push(chunk);
        }
        splitter.end();
        expect(head.finish()).toBe(cut.toString('utf8'));
        expect(seen.join('')).toBe(cut.toString('utf8'));
      }),
    );
    const full = new HeadText(LIMIT);
    full.push(Buffer.concat([Buffer.from('x'.repeat(LIMIT)), whole.subarray(1, 2)]));
    const kept = full.finish();
    expect(kept.length).toBeLessThanOrEqual(LIMIT);
    expect(kept).toContain(`the output had ${LIMIT + 1} characters`);
  });

  it('splits lines wherever the chunks end', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zé]{0,20}$/), { maxLength: 20 }), sizes, (lines, split) => {
        const seen: string[] = [];
        const splitter = new LineSplitter(1_000, line => seen.push(line));
        for (const chunk of chunksOf(Buffer.from(lines.map(line => `${line}\r\n`).join('')), split))
          splitter.push(chunk);
        splitter.end();
        expect(seen).toEqual(lines);
      }),
    );
  });

  it('keeps the last lines of a long complaint', () => {
    const tail = new TailText(30);
    for (let line = 1; line <= 100; line += 1) tail.push(`line ${line}`);
    expect(tail.text()).toBe('line 98\nline 99\nline 100');
  });
});
