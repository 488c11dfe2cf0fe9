import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader } from '../rig/reader';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const WITHIN_MS = 10_000;
/** A field that the stream selects; the upgrade selects one more. */
const CARRIED = /("expectsReply",)(\s*"rankAt",)/;

/** The events bundle as a later version would have it: its pipeline differs. */
function writeUpgraded(entry: string): string {
  const source = readFileSync(join('dist', 'events.mjs'), 'utf8');
  const upgraded = source.replace(CARRIED, '$1 "aFieldOfTheNextVersion",$2');
  if (upgraded === source) throw new Error('the pipeline was not found in the bundle');
  const path = join('dist', `${entry}.mjs`);
  writeFileSync(path, upgraded);
  return path;
}

export const upgradedPipeline = scenario({
  name: 'upgraded-pipeline',
  title: 'an events process of another version takes a reader over, and gives it back',
  bars: { resetsThere: { least: 1, most: 1 }, resetsBack: { least: 1, most: 1 } },
  run: async rig => {
    await rig.startBoard();
    const line = await rig.startLine();
    const entry = `events-upgraded-${process.pid}`;
    const path = writeUpgraded(entry);
    rig.add(async () => rmSync(path, { force: true }));
    const upgraded = await rig.board.startEvents({ entry });
    const token = await rig.board.token('viewer');
    const resetsOf = async (name: string, url: string, after: string): Promise<Reader> => {
      const reader = new Reader({ name, urls: [url], token, ledger: rig.ledger, after });
      line.readers.push(reader);
      await until(() => reader.seen.length > 0, WITHIN_MS, `${name} goes on live`);
      await sleep(500);
      return reader;
    };
    const there = await resetsOf('moved to the upgrade', upgraded.url, line.readers[0]!.position!);
    rig.fault('a reader moves back');
    const back = await resetsOf('moved back', rig.board.web.url, there.position!);
    return { resetsThere: there.resets.length, resetsBack: back.resets.length };
  },
});
