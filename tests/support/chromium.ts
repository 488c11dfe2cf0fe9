import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, ensureChromium } from '../../scripts/bootstrap/chromium.mjs';

/**
 * A browser with a fresh profile. The caller closes it; a file that opens several pages needs only one. Chromium is
 * installed when there is none, so that one file run alone works too.
 */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureChromium(), args: [...CHROMIUM_FLAGS] });
}
