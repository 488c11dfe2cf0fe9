// `with-secrets.mjs node <script> [arguments]`: the entry of the image. Fills in what the environment leaves open from
// the shared secrets, then becomes that script (one process, so that a signal to the container reaches it).
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { SWITCHBOARD_SECRETS: folder, SWITCHBOARD_MEMBERS: members } = process.env;

if (folder) {
  process.env.SWITCHBOARD_ADMIN_TOKEN ||= secret('admin-token');
  const password = secret('database-password');
  if (members && password) {
    const options = 'replicaSet=switchboard&authSource=admin&retryWrites=true&w=majority';
    process.env.MONGODB_URI ||= `mongodb://switchboard:${password}@${members}/?${options}`;
  }
}

const [command, script, ...args] = process.argv.slice(2);
if (command !== 'node' || !script) {
  process.stderr.write('wanted: node <script> [arguments]\n');
  process.exit(64);
}
process.argv = [process.argv[0], resolve(script), ...args];
await import(pathToFileURL(resolve(script)).href);

function secret(name) {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}
