// Kept to old syntax, and imported first: on a Node.js that cannot run the rest, this is the message to see.
const wanted = [20, 19];
const found = process.versions.node.split('.').map(Number);

if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  process.stderr.write(
    'Switchboard needs Node.js ' + wanted.join('.') + ' or later; this is ' + process.version + '.\n',
  );
  process.exit(1);
}
