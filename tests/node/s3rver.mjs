// Serves the third-party S3 server s3rver from a directory, with one bucket, on a free port and prints where.
// Its continuation tokens are made with DES, which node only has with --openssl-legacy-provider.
import { createRequire } from 'node:module';

const S3rver = createRequire(import.meta.url)('s3rver');
const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({
  port: 0, address: '127.0.0.1', silent: true, directory, vhostBuckets: false, configureBuckets: [{ name: bucket, configs: [] }],
});
const { port } = await server.run();
console.log(`http://127.0.0.1:${port}`);
process.stdin.on('end', () => process.exit(0)).resume();
