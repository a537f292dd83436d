/**
 * The shapes that cross the wire (DESIGN: the REST contract is in /docs of a running server), as JSDoc types.
 */

/** @typedef {{id: string, title: string, min: number, max: number, default: number, source?: string, flipped?: boolean, group?: string, opposite?: string}} Attribute source: how it was found, if it was not trained with the model; opposite: what less of it is called */
/**
 * @typedef {object} Model
 * @property {string} id
 * @property {string} title
 * @property {number} resolution
 * @property {[number, number]} grid [h, w]
 * @property {Attribute[]} attributes
 * @property {boolean} any_size
 * @property {boolean} is_spatial it draws endless lands
 * @property {string} version changes whenever the same edit could give another picture
 * @property {boolean} [has_encoder]
 * @property {'spatial' | 'psp' | 'e4e' | null} [encoder]
 * @property {string} [purpose] which pictures it is for
 * @property {string|null} [aligned] the square that it wants faces in
 * @property {string} source
 * @property {string} license
 */
/** @typedef {{step: number, steps: number, message: string}} Progress */
/**
 * A model that can be fetched, for who runs the server.
 * @typedef {{name: string, title: string, purpose: string, resolution: number, license: string, license_address: string, is_commercial: boolean, aligned: string|null, has_encoder: boolean, num_bytes: number, sources: string[], is_installed: boolean}} Kit
 */
/** @typedef {{kit: string, status: 'downloading'|'adopting'|'ready'|'failed'|'canceled', done_bytes: number, num_bytes: number, progress: Progress, error: {code: string, message: string}|null}} Installation how far the latest is */
/**
 * @typedef {object} Job
 * @property {string} job_id
 * @property {string} kind
 * @property {'queued'|'running'|'succeeded'|'failed'|'canceled'} status
 * @property {Progress|null} progress
 * @property {any} result
 * @property {{code: string, message: string}|null} error
 */
/** @typedef {{verdict: 'close'|'rough'|'stranger', reason: string}} Fit whether the model knows such pictures */
/** @typedef {{latent_id: string, image_id: string, grid: [number, number], crop?: [number, number, number, number], quad?: [number, number][]|null, model?: string, reconstruction_id?: string, twin_id?: string|null, readings?: Record<string, number>, fit?: Fit|null}} LatentInfo twin_id: of what edits are made on */
/** @typedef {{score: number, landmarks: import('./alignment.js').Points, quad: [number, number][]}} Face quad: the square that the model wants */
/** @typedef {{image_id: string, width: number, height: number}} UploadInfo */
/**
 * @typedef {object} SessionInfo
 * @property {string} session_id
 * @property {number} revision
 * @property {string} name
 * @property {string} latent_id
 * @property {Record<string, any>[]} edits
 * @property {import('./parts.js').Wire[]} [others] further parts
 * @property {LatentInfo[]} [other_latents] theirs, in their order
 * @property {import('./storage.js').SavedSnapshot[]} snapshots
 * @property {string|null} [cover_id]
 * @property {LatentInfo & {crop: [number, number, number, number], quad?: [number, number][]|null, reconstruction_id: string}} latent
 * @property {UploadInfo} picture
 */
/** @typedef {{format: 'png'|'jpeg'|'webp', quality?: number, frame: 'crop'|'full', max_side?: number, frames?: number}} Output */
/** @typedef {{status: 'starting'|'ready'|'degraded', version: string, workers: {models: string[]}[]}} Health */

export {};
