/**
 * What a server says, for tests: whole, but for what a test is about.
 */

/** @typedef {import('../../frontend/js/types.js').Attribute} Attribute */
/** @typedef {import('../../frontend/js/types.js').Job} Job */
/** @typedef {import('../../frontend/js/types.js').Model} Model */

/** @param {string} id @param {string} title @param {Partial<Attribute>} [more] @returns {Attribute} */
export const attribute = (id, title, more = {}) => ({ id, title, min: -3, max: 3, default: 2, source: '', flipped: false, group: '', opposite: '', ...more });

/** @param {Partial<Model>} [more] @returns {Model} */
export const model = (more = {}) => ({
  id: 'm',
  title: 'M',
  resolution: 64,
  grid: [8, 8],
  spaces: ['W', 'S+'],
  default_space: 'S+',
  attributes: [],
  any_size: false,
  is_spatial: false,
  has_encoder: true,
  classes: 0,
  source: 'tests',
  license: 'MIT',
  purpose: '',
  version: 'v',
  ...more,
});

/** @param {Partial<Job>} [more] @returns {Job} */
export const job = (more = {}) => ({
  job_id: 'j',
  kind: 'edit',
  status: 'queued',
  progress: { step: 0, steps: 0, message: '' },
  result: null,
  error: null,
  created_at: '2026-01-01T00:00:00Z',
  started_at: null,
  finished_at: null,
  ...more,
});
