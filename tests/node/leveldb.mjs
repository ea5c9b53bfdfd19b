// A store of LevelDB under churn, by the engine that Chromium and Electron have. write DIR until stdin ends | check DIR
import { ClassicLevel } from 'classic-level';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const [, , what, directory] = process.argv;
// Small tables, so that compactions go on all the time.
const size = 64 * 1024;

async function write() {
  const store = new ClassicLevel(directory, { valueEncoding: 'buffer', writeBufferSize: size, maxFileSize: size });
  await store.open();
  let on = true;
  process.stdin.on('end', () => { on = false; }).resume();
  for (let n = 1; on; n++) {
    const batch = store.batch();
    for (let i = 0; i < 20; i++) batch.put(`k${(n * 7919 + i * 104729) % 5000}`, randomBytes(400));
    batch.put('first', Buffer.from(`${n}`)).put('second', Buffer.from(`${n}`));
    await batch.write();
    if (n === 100) console.log('busy');
    await pause(1);
  }
  await store.close();
}

// Every key is read, and what was written together is there together.
async function check() {
  const store = new ClassicLevel(directory, { valueEncoding: 'buffer', createIfMissing: false });
  await store.open();
  let keys = 0;
  for await (const _ of store.iterator()) keys++;
  const [first, second] = [await store.get('first'), await store.get('second')];
  await store.close();
  if (!first?.equals(second)) throw new Error(`first is ${first}, second is ${second}`);
  console.log(`${keys} ${first}`);
}

await (what === 'write' ? write() : check());
