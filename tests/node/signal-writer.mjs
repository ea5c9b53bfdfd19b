// A program with Signal's engine and habits: WAL, synchronous=FULL, no busy handler, TRUNCATE checkpoints after commits.
// Moves money between accounts (the sum never changes) and numbers every commit in an append-only log, without pause.
// Prints "ready", then any error as it happens, and at the end (a line on stdin) one JSON line of what it saw.
//
//   node signal-writer.mjs PATH [--key HEX] [--checkpoint-every N] [--reopen-every N] [--follow PATH2] [--pace-ms N] [--rows N] [--mode wal|delete]
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const Database = createRequire(import.meta.url)('@signalapp/sqlcipher').default;
const { values: options, positionals: [path] } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: 'string' }, 'checkpoint-every': { type: 'string', default: '200' }, 'reopen-every': { type: 'string', default: '0' },
    follow: { type: 'string' }, 'pace-ms': { type: 'string', default: '0' }, rows: { type: 'string', default: '100' },
    mode: { type: 'string', default: 'wal' },
  },
});
const number = (name) => Number(options[name]);
const errors = [];
const times = [];

function open(file) {
  const db = new Database(file);
  if (options.key) db.pragma(`key="x'${options.key}'"`);
  db.pragma(`journal_mode=${options.mode}`);
  db.pragma('synchronous=FULL');
  db.pragma('wal_autocheckpoint=0');
  db.exec(`CREATE TABLE IF NOT EXISTS accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
           CREATE TABLE IF NOT EXISTS log(seq INTEGER PRIMARY KEY, source INTEGER, target INTEGER, amount INTEGER, note TEXT);
           CREATE INDEX IF NOT EXISTS log_by_source ON log(source, amount);
           PRAGMA user_version = 42;`);
  if (db.prepare('SELECT count(*) AS n FROM accounts').get().n === 0) {
    const add = db.prepare('INSERT INTO accounts VALUES (?, 1000)');
    db.exec('BEGIN');
    for (let id = 1; id <= number('rows'); id++) add.run([id]);
    db.exec('COMMIT');
  }
  return db;
}

function commit(db, seq) {
  const source = 1 + (seq * 7919) % number('rows');
  const target = 1 + (seq * 104729 + 13) % number('rows');
  const amount = seq % 17;
  const before = process.hrtime.bigint();
  try {
    db.exec('BEGIN IMMEDIATE');
    db.prepare('UPDATE accounts SET balance = balance - ? WHERE id = ?').run([amount, source]);
    db.prepare('UPDATE accounts SET balance = balance + ? WHERE id = ?').run([amount, target]);
    db.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?)').run([seq, source, target, amount, 'x'.repeat(seq % 300)]);
    db.exec('COMMIT');
  } catch (error) {
    errors.push(`${seq}: ${error.message}`);
    console.log(`error ${seq}: ${error.message}`);
    try { db.exec('ROLLBACK'); } catch { /* there was none */ }
    return false;
  }
  times.push(Number(process.hrtime.bigint() - before) / 1e6);
  return true;
}

let db = open(path);
let second = options.follow ? open(options.follow) : null;
let seq = db.prepare('SELECT coalesce(max(seq), 0) AS n FROM log').get().n;
let stop = false;
process.stdin.on('data', () => { stop = true; });
process.stdin.on('end', () => { stop = true; });
console.log('ready');

while (!stop) {
  for (let i = 0; i < 20; i++) {
    if (!commit(db, seq + 1)) continue;
    seq++;
    if (second) commit(second, seq);
    if (number('checkpoint-every') && seq % number('checkpoint-every') === 0) {
      try {
        db.pragma('wal_checkpoint(TRUNCATE)');
        second?.pragma('wal_checkpoint(TRUNCATE)');
      } catch (error) {
        errors.push(`checkpoint after ${seq}: ${error.message}`);
        console.log(`error checkpoint: ${error.message}`);
      }
    }
    if (number('reopen-every') && seq % number('reopen-every') === 0) {
      try {
        db.close();
        db = open(path);
      } catch (error) {
        errors.push(`reopen: ${error.message}`);
        console.log(`error reopen: ${error.message}`);
      }
    }
  }
  await new Promise((resolve) => (number('pace-ms') ? setTimeout(resolve, number('pace-ms')) : setImmediate(resolve)));
}
db.close();
second?.close();
times.sort((a, b) => a - b);
const at = (share) => times.length ? times[Math.min(times.length - 1, Math.floor(times.length * share))] : 0;
// A pipe that is full takes this later: leave only when it has.
process.stdout.write(`${JSON.stringify({ commits: seq, errors, p50: at(0.5), p99: at(0.99), max: at(1) })}\n`, () => process.exit(0));
