import { readFileSync, writeFileSync } from 'node:fs';
import { fingerprint } from './fingerprint.mjs';
import { runPrepareChild } from './prepare-child.mjs';
import { withPrepareLock } from './prepare-lock.mjs';
import { step } from './progress.mjs';
import { inRoot } from './root.mjs';
import { readStamp, stamped } from './stamp.mjs';

const STAMP = inRoot('node_modules', '.switchboard-stamp');

/** `npm ci`, when the lock file is not the one that was installed. */
export async function ensureDependencies(signal) {
  const wanted = lockFingerprint();
  if (readStamp(STAMP) === wanted) return;
  await withPrepareLock(signal, async () => {
    if (readStamp(STAMP) === wanted) return;
    if (installedByHand()) return writeFileSync(STAMP, `${wanted}\n`);
    await step('installing packages', () =>
      stamped(STAMP, wanted, () => npm(['ci', '--no-audit', '--no-fund'], signal)),
    );
  });
}

const lockFingerprint = () => `${process.platform}-${process.arch} ${fingerprint(['package-lock.json'])}`;

/** npm notes what it installed; a developer's own `npm install` counts when every required package is there. */
function installedByHand() {
  const wanted = readPackages(inRoot('package-lock.json'));
  const found = readPackages(inRoot('node_modules', '.package-lock.json'));
  if (wanted === null || found === null) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || found[path]?.version === entry.version,
  );
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/** The npm that runs us when there is one; development packages too, for the build is made here (NODE_ENV or not). */
function npm(args, signal) {
  const cli = process.env.npm_execpath;
  const whole = [...args, '--include=dev'];
  const isScript = cli !== undefined && /\.[cm]?js$/.test(cli);
  return isScript
    ? runPrepareChild(process.execPath, [cli, ...whole], { signal })
    : runPrepareChild('npm', whole, { signal });
}
