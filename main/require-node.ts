/** First import of every entry: on an older Node the native modules crash instead of saying why. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Countersign needs Node 24, this is ${process.versions.node}. Start it through npm (npm start, npm run cli -- …), which brings its own.`,
  );
  process.exit(1);
}
