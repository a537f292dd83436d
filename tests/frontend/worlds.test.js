import assert from 'node:assert/strict';
import test from 'node:test';
import { tileAt } from '../../frontend/js/land/tile.js';
import { WorldKeeper } from '../../frontend/js/land/world-keeper.js';

/** @typedef {import('../../frontend/js/land/world-keeper.js').World} World */

const PLACE = { x: 0, y: 0, zoom: 8 };

/** A server with its worlds, which fails as it is told. */
function server() {
  /** @type {Map<string, any>} */
  const worlds = new Map();
  /** @type {{code: string}[]} */
  const failures = [];
  const answer = (/** @type {any} */ world) => {
    const failure = failures.shift();
    if (failure) throw failure;
    worlds.set(world.world_id, world);
    return Promise.resolve(world);
  };
  return {
    worlds,
    failures,
    addWorld: async (/** @type {any} */ draft) => answer({ ...draft, world_id: `wld_${worlds.size}`, revision: 1 }),
    changeWorld: async (/** @type {string} */ id, /** @type {any} */ draft) => {
      if (draft.revision !== worlds.get(id)?.revision) throw { code: 'session_conflict' };
      return answer({ ...draft, world_id: id, revision: draft.revision + 1 });
    },
  };
}

/** @param {ReturnType<typeof server>} there @param {number} [pauseMs] */
function keeperOf(there, pauseMs = 1) {
  /** @type {[string|null, boolean][]} */
  const said = [];
  /** @type {unknown[]} */
  const problems = [];
  const keeper = new WorldKeeper(there, { onSaved: (world, isSaved) => said.push([world?.world_id ?? null, isSaved]), onProblem: (error) => problems.push(error) }, pauseMs);
  return { keeper, said, problems };
}

const draft = (/** @type {string} */ land_id, name = 'Avalon') => ({ name, land_id, place: PLACE });
const later = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));

test('of several changes the last one is kept, under one name', async () => {
  const there = server();
  const { keeper, said } = keeperOf(there, 10);
  for (const id of ['a', 'b', 'c']) keeper.keep(draft(id));
  assert.deepEqual(said.at(-1), [null, false]);
  await later();
  assert.deepEqual([...there.worlds.values()].map(({ land_id, revision }) => [land_id, revision]), [['c', 1]]);
  assert.deepEqual(said.at(-1), ['wld_0', true]);
  keeper.keep(draft('d'));
  assert.equal((await keeper.flush())?.revision, 2);
});

test('what was changed elsewhere stays, and this is kept beside it', async () => {
  const there = server();
  const { keeper } = keeperOf(there);
  keeper.keep(draft('a'));
  await keeper.flush();
  there.worlds.set('wld_0', { ...there.worlds.get('wld_0'), land_id: 'theirs', revision: 7 });
  keeper.keep(draft('b'));
  assert.equal((await keeper.flush())?.world_id, 'wld_1');
  assert.deepEqual([...there.worlds.values()].map(({ land_id }) => land_id), ['theirs', 'b']);
});

test('while the server is away it is tried again, and another world takes nothing over', async () => {
  const there = server();
  const { keeper, problems } = keeperOf(there);
  there.failures.push({ code: 'unreachable' });
  keeper.keep(draft('a'));
  assert.equal(await keeper.flush(), null, 'not kept yet');
  assert.equal((await keeper.flush())?.land_id, 'a');
  there.failures.push({ code: 'invalid_request' });
  keeper.keep(draft('b'));
  await later();
  assert.deepEqual(problems, [{ code: 'invalid_request' }]);
  keeper.open(null);
  await keeper.flush();
  assert.equal(there.worlds.size, 1);
});

test('a cover is the tile around the place that was looked at', () => {
  const land = { tile_px: 256, min_zoom: 6, max_zoom: 8 };
  assert.equal(tileAt('t/{z}/{x}/{y}.png', { x: 300, y: -1, zoom: 8 }, land), 't/8/1/-1.png');
  assert.equal(tileAt('t/{z}/{x}/{y}.png', { x: 5000, y: 100, zoom: 6 }, land), 't/6/4/0.png');
  assert.equal(tileAt('t/{z}/{x}/{y}.png', { x: 300, y: 0, zoom: 10 }, land), 't/8/1/0.png', 'no finer ones are drawn');
});
