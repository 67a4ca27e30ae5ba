// Loaded first by every script: on a Node that cannot run the sources it prints one sentence instead of a stack trace.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(
    `chatpush needs Node.js 24.12 or newer and this is ${process.versions.node}: run "npm ci", which installs Node.js 26 into the repository, then use "npm start", "npm run demo" or "npm test".\n`,
  );
  process.exit(1);
}
