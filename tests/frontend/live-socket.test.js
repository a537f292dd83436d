import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { LiveSocket, parseFrame } from '../../frontend/js/live-socket.js';

/** A connection whose other end is the test. */
class FakeSocket extends EventTarget {
  /** @type {any[]} */
  sent = [];
  binaryType = '';

  close() {
    this.say('close');
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** @param {string} type @param {object} [fields] */
  say(type, fields = {}) {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}

/** @type {FakeSocket[]} */
let made;
/** @type {any[]} */
let heard;
/** @type {LiveSocket} */
let live;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  made = [];
  heard = [];
  const open = () => {
    made.push(new FakeSocket());
    return /** @type {any} */ (made[made.length - 1]);
  };
  live = new LiveSocket(open, {
    onAnswer: ({ seq }) => heard.push(seq),
    onProblem: ({ error }) => heard.push(error.code),
    onChange: (isOpen) => heard.push(isOpen),
  });
});

/** @param {object} header @param {number[]} bytes */
function frame(header, bytes) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const data = new Uint8Array(4 + text.length + bytes.length);
  new DataView(data.buffer).setUint32(0, text.length);
  data.set(text, 4);
  data.set(bytes, 4 + text.length);
  return data.buffer;
}

const answerTo = (/** @type {number} */ seq) => ({ data: frame({ seq, media_type: 'image/jpeg' }, [1]) });
const asked = (/** @type {number} */ socket) => made[socket].sent.map(({ seq, edit }) => [seq, edit]);

test('a frame is its description and its picture', async () => {
  const { answer, picture } = parseFrame(frame({ seq: 7, media_type: 'image/png' }, [9, 8, 7]));
  assert.equal(answer.seq, 7);
  assert.equal(picture.type, 'image/png');
  assert.deepEqual([...new Uint8Array(await picture.arrayBuffer())], [9, 8, 7]);
});

test('it is not opened before it is needed', () => {
  assert.equal(made.length, 0);
  live.ask('a');
  assert.equal(made.length, 1);
  assert.deepEqual(asked(0), []);
  made[0].say('open');
  assert.deepEqual(asked(0), [[1, 'a']]);
});

test('one is under way, and of those that wait the newest goes next', () => {
  live.ask('a');
  made[0].say('open');
  live.ask('b');
  live.ask('c');
  assert.deepEqual(asked(0), [[1, 'a']]);
  made[0].say('message', answerTo(1));
  assert.deepEqual(asked(0), [[1, 'a'], [3, 'c']]);
  live.ask('d');
  live.forget();
  made[0].say('message', answerTo(3));
  assert.equal(made[0].sent.length, 2);
  assert.deepEqual(heard, [true, 1, 3]);
});

test('a problem lets the next one go', () => {
  live.ask('a');
  made[0].say('open');
  live.ask('b');
  made[0].say('message', { data: JSON.stringify({ seq: 1, error: { code: 'unavailable', message: 'x' } }) });
  assert.deepEqual(asked(0), [[1, 'a'], [2, 'b']]);
  assert.deepEqual(heard, [true, 'unavailable']);
});

test('a lost connection is opened again, later each time, and asks again', () => {
  live.ask('a');
  made[0].say('open');
  made[0].say('close');
  assert.deepEqual(heard, [true, false]);
  mock.timers.tick(249);
  assert.equal(made.length, 1);
  mock.timers.tick(1);
  made[1].say('close');
  mock.timers.tick(499);
  assert.equal(made.length, 2);
  mock.timers.tick(1);
  made[2].say('open');
  assert.deepEqual(asked(2), [[1, 'a']]);
  assert.deepEqual(heard, [true, false, true]);
});

test('what waits is newer than what was under way when the connection was lost', () => {
  live.ask('a');
  made[0].say('open');
  live.ask('b');
  made[0].say('close');
  mock.timers.tick(250);
  made[1].say('open');
  assert.deepEqual(asked(1), [[2, 'b']]);
});

test('what nobody wants any more is not asked again', () => {
  live.ask('a');
  made[0].say('open');
  live.forget();
  made[0].say('close');
  mock.timers.tick(250);
  made[1].say('open');
  assert.deepEqual(asked(1), []);
});

test('a connection that gives no answer is taken for lost', () => {
  live.ask('a');
  made[0].say('open');
  mock.timers.tick(19_999);
  assert.deepEqual(heard, [true]);
  mock.timers.tick(1);
  assert.deepEqual(heard, [true, false]);
  mock.timers.tick(250);
  made[1].say('open');
  assert.deepEqual(asked(1), [[1, 'a']]);
});

test('once closed it stays so until it is needed', () => {
  live.ask('a');
  made[0].say('open');
  live.close();
  mock.timers.tick(60_000);
  assert.equal(made.length, 1);
  live.ask('b');
  made[1].say('open');
  assert.deepEqual(asked(1), [[2, 'b']]);
});
