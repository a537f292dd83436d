import assert from 'node:assert/strict';
import { ENCODINGS, possible } from '../../frontend/js/encoding.js';
import { test } from 'node:test';
import { Api } from '../../frontend/js/api.js';
import { Problem, asProblem, remedy } from '../../frontend/js/problem.js';

/** @param {unknown} body @param {number} [status] @param {Record<string, string>} [headers] */
const answer = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });

/**
 * An API whose server is a function.
 * @param {(url: string, init: RequestInit) => Response} serve
 * @param {string[]} [keys] what the person types when asked
 */
function apiOf(serve, keys = []) {
  /** @type {string[]} */
  const calls = [];
  /** @type {string[]} */
  const complaints = [];
  const api = new Api({
    base: 'http://host/sub/',
    fetch: /** @type {typeof fetch} */ (
      async (url, init = {}) => {
        calls.push(`${init.method} ${url}`);
        return serve(String(url), init);
      }
    ),
    askForKey: async (complaint) => {
      complaints.push(complaint);
      return keys.shift() ?? '';
    },
  });
  return { api, calls, complaints };
}

test('calls stay below the page’s own address', async () => {
  const { api, calls } = apiOf(() => answer({ models: [] }));
  await api.models();
  assert.deepEqual(calls, ['GET http://host/sub/models']);
});

test('encode sends the crop as the API wants it, and what was chosen alone', async () => {
  /** @type {FormData[]} */
  const forms = [];
  const { api } = apiOf((_, init) => (forms.push(/** @type {FormData} */ (init.body)), answer({})));
  const crop = { x: 1, y: 2, width: 30, height: 30 };
  await api.encode({ imageId: 'i', modelId: 'm', crop, steps: null, regulariser: null });
  await api.encode({ imageId: 'i', modelId: 'm', crop: null, ...ENCODINGS.fast.asked });
  await api.encode({ imageId: 'i', modelId: 'm', crop: null, ...ENCODINGS.editable.asked });
  assert.deepEqual(Object.fromEntries(forms[0]), { image_id: 'i', model: 'm', crop: '1,2,30,30' });
  assert.deepEqual(Object.fromEntries(forms[1]), { image_id: 'i', model: 'm', steps: '0' });
  assert.deepEqual(Object.fromEntries(forms[2]), { image_id: 'i', model: 'm', regulariser: '1' });
});

test('nothing is fast without an encoder', () => {
  assert.equal(possible('fast', false), 'balanced');
  assert.equal(possible('fast', true), 'fast');
  assert.equal(possible('editable', false), 'editable');
});

test('a problem keeps its code, its words and when to try again', async () => {
  const body = { title: 'Busy', detail: 'The queue is full.', code: 'queue_full' };
  const { api } = apiOf(() => answer(body, 429, { 'retry-after': '3' }));
  await assert.rejects(api.models(), (error) => {
    assert.ok(error instanceof Problem);
    assert.deepEqual(
      [error.code, error.status, error.retryAfterS, error.detail],
      ['queue_full', 429, 3, 'The queue is full.'],
    );
    return true;
  });
});

test('an error page that is no JSON is still a problem', async () => {
  const { api } = apiOf(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  await assert.rejects(api.models(), /answered 502/);
});

test('a server that is away is “unreachable”, with something to do', async () => {
  const { api } = apiOf(() => {
    throw new TypeError('Failed to fetch');
  });
  await assert.rejects(api.models(), (error) => {
    assert.equal(asProblem(error).code, 'unreachable');
    assert.match(remedy(asProblem(error)), /running/);
    return true;
  });
});

test('a 401 asks for the key until one is right, then repeats the call', async () => {
  let isUnlocked = false;
  const { api, calls, complaints } = apiOf(
    (url, init) => {
      if (url.endsWith('/session')) {
        isUnlocked = JSON.parse(String(init.body)).key === 'right';
        return isUnlocked ? new Response(null, { status: 204 }) : answer({ detail: 'No such key.' }, 401);
      }
      return isUnlocked ? answer({ models: [] }) : answer({}, 401);
    },
    ['wrong', 'right'],
  );
  assert.deepEqual(await api.models(), { models: [] });
  assert.deepEqual(complaints, ['', 'No such key.']);
  assert.equal(calls.filter((call) => call.endsWith('/models')).length, 2);
});

test('many refused calls ask for the key once', async () => {
  let isUnlocked = false;
  const { api, complaints } = apiOf(
    (url) => {
      if (url.endsWith('/session')) isUnlocked = true;
      return isUnlocked ? answer({}) : answer({}, 401);
    },
    ['right'],
  );
  await Promise.all([api.models(), api.health(), api.latent('x')]);
  assert.equal(complaints.length, 1);
});
