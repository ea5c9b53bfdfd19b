// Serves the third-party Bot API emulator telegram-test-api on a free port and prints where.
import { createRequire } from 'node:module';

const emulator = createRequire(import.meta.url)('telegram-test-api');
const server = new (emulator.default ?? emulator.TelegramServer ?? emulator)({ port: 1, host: '127.0.0.1' });
server.config.port = 0;
await server.start();
console.log(`http://127.0.0.1:${server.server.address().port}`);
process.stdin.on('end', () => process.exit(0)).resume();
