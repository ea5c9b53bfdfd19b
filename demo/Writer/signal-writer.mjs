// The real engine of Signal Desktop (SQLCipher, WAL, no busy handler) as the demo's writer: node signal-writer.mjs HOME PORT MODULES
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const [home, port, modules] = process.argv.slice(2);
const Database = createRequire(join(modules, 'index.js'))('@signalapp/sqlcipher').default;
const folder = join(home, '.config', 'Signal');
const config = join(folder, 'config.json');
mkdirSync(join(folder, 'sql'), { recursive: true });
const attachments = join(folder, 'attachments.noindex');
if (!existsSync(config)) {
  writeFileSync(config, JSON.stringify({ key: randomBytes(32).toString('hex') }));
  for (let i = 0; i < 256; i++) {
    const into = join(attachments, (i % 16).toString(16).padStart(2, '0'));
    mkdirSync(into, { recursive: true });
    writeFileSync(join(into, i.toString(16).padStart(6, '0')), randomBytes(250_000));
  }
}
const { key } = JSON.parse(readFileSync(config, 'utf8'));

const db = new Database(join(folder, 'sql', 'db.sqlite'));
db.pragma(`key="x'${key}'"`);
db.pragma('journal_mode=WAL');
db.pragma('synchronous=FULL');
db.pragma('wal_autocheckpoint=0');
db.exec(`CREATE TABLE IF NOT EXISTS accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS messages(number INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, amount INTEGER, body TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT OR IGNORE INTO accounts SELECT i, 1000 FROM n;
  PRAGMA user_version = 1;`);
let number = db.prepare('SELECT coalesce(max(number), 0) AS n FROM messages').get().n;
const take = db.prepare('UPDATE accounts SET balance = balance - ? WHERE id = ?');
const give = db.prepare('UPDATE accounts SET balance = balance + ? WHERE id = ?');
const record = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?)');

const timer = setInterval(() => {
  number++;
  const [from, to, amount] = [1 + (number * 7) % 50, 1 + (number * 13 + 5) % 50, number % 9];
  db.exec('BEGIN IMMEDIATE');
  take.run([amount, from]);
  give.run([amount, to]);
  record.run([number, from, to, amount, `message ${number}`]);
  db.exec('COMMIT');
  if (number % 500 === 0) db.pragma('wal_checkpoint(TRUNCATE)');
}, 10);
const server = createServer(socket => socket.destroy()).listen(Number(port), '127.0.0.1', () => console.log('writing'));
process.on('SIGTERM', () => { clearInterval(timer); server.close(); db.close(); console.log('stopped'); process.exit(0); });
