// `make-secrets.mjs <folder for the database> <folder for the plane>`: what the containers of docker-compose.yml share,
// made once and never again, each file readable only by whom it is for.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The users of the official images. */
const MONGODB_UID = 999;
const NODE_UID = 1000;
/** MongoDB takes a keyfile of 6 to 1024 characters. */
const KEYFILE_BYTES = 741;

const [databaseFolder, planeFolder] = process.argv.slice(2);

make(databaseFolder, 'keyfile', MONGODB_UID, randomBytes(KEYFILE_BYTES).toString('base64'));
make(databaseFolder, 'root-password', MONGODB_UID, randomBytes(24).toString('base64url'));
make(planeFolder, 'database-password', NODE_UID, randomBytes(24).toString('base64url'));
make(planeFolder, 'admin-token', NODE_UID, `swb_admin_first_${randomBytes(32).toString('base64url')}`);

function make(folder, name, owner, value) {
  const path = join(folder, name);
  if (existsSync(path)) return;
  // Whole or not at all: a start that is cut short must not leave half a key.
  writeFileSync(`${path}.new`, value, { mode: 0o400 });
  if (process.getuid?.() === 0) chownSync(`${path}.new`, owner, owner);
  renameSync(`${path}.new`, path);
}
