// Opens copies of signal-writer.mjs's databases, one path a line on stdin, and answers each with one JSON line.
//
//   node signal-check.mjs [--key HEX] [--rows N] [--log TABLE.COLUMN]
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const Database = createRequire(import.meta.url)('@signalapp/sqlcipher').default;
const text = { type: 'string' };
const { values: options } = parseArgs({ options: { key: text, rows: { ...text, default: '100' }, log: { ...text, default: 'log.seq' } } });
const [table, column] = options.log.split('.');

function check(path) {
  const db = new Database(path);
  try {
    if (options.key) db.pragma(`key="x'${options.key}'"`);
    const problems = [];
    for (const row of db.pragma('integrity_check')) if (row.integrity_check !== 'ok') problems.push(row.integrity_check);
    if (options.key) for (const row of db.pragma('cipher_integrity_check')) problems.push(JSON.stringify(row));
    const sum = db.prepare('SELECT sum(balance) AS n FROM accounts').get().n;
    if (sum !== Number(options.rows) * 1000) problems.push(`the accounts sum to ${sum}`);
    const { n, first, last } = db.prepare(`SELECT count(*) AS n, min(${column}) AS first, max(${column}) AS last FROM ${table}`).get();
    if (n && (first !== 1 || last !== n)) problems.push(`the log has ${n} rows from ${first} to ${last}`);
    return { last: last ?? 0, problems };
  } catch (error) {
    return { last: -1, problems: [error.message] };
  } finally {
    db.close();
  }
}

for await (const path of createInterface({ input: process.stdin })) console.log(JSON.stringify(check(path)));
