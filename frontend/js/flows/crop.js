/**
 * Which parts of a picture are edited: the first one, further ones beside it, another part in place of one, or the same
 * part encoded in another way. Edits are kept.
 */

import { between, cropOfQuad, isSameCrop, largestCrop, quadOfCrop } from '../crop.js';
import { ENCODINGS } from '../encoding.js';
import { maskSizeFor } from '../geometry.js';
import { t } from '../i18n.js';
import { changed } from '../keeping.js';
import { isEmpty } from '../mask.js';
import { MAX_PARTS, partsOf } from '../parts.js';
import { editsOnto } from '../session.js';

/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../parts.js').Part} Part */
/** @typedef {import('../session.js').Session} Session */

export class Cropper {
  #store;
  #pictures;
  #work;
  #maker;
  #entry;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../pictures.js').Pictures} pictures
   * @param {import('./work.js').Work} work
   * @param {import('./part-maker.js').PartMaker} maker
   * @param {import('./entry.js').Entry} entry
   */
  constructor(store, pictures, work, maker, entry) {
    this.#store = store;
    this.#pictures = pictures;
    this.#work = work;
    this.#maker = maker;
    this.#entry = entry;
  }

  /** Back to the crop box of the open picture, to change the open part. */
  async cropAgain() {
    await this.#choose(false);
  }

  /** Choose another part of the open picture, beside those that are open. */
  async addPart() {
    await this.#choose(true);
  }

  /** @param {boolean} isAdding */
  async #choose(isAdding) {
    const { source } = this.#store.state;
    if (!source?.upload) return;
    const { upload, crop, modelId } = source;
    await this.#pictures.load(upload.imageId).catch(() => null);
    this.#store.dispatch({ type: 'cropStarted', upload, crop: crop ?? largestCrop(upload, upload.width / upload.height), isAdding });
    const faces = await this.#maker.faces(upload, modelId);
    this.#store.dispatch({ type: 'facesFound', imageId: upload.imageId, faces });
  }

  /** Edit what is in the crop box: a first part, or one more beside those that are open. */
  async encodeCrop() {
    const { crop } = this.#store.state;
    await this.#encodeParts([crop]);
  }

  /** Edit faces of the picture, each as a part of its own. @param {readonly import('../types.js').Face[]} faces */
  async encodeFaces(faces) {
    const { upload } = this.#store.state;
    if (upload) await this.#encodeParts(faces.map(({ quad }) => cropOfQuad(quad, upload)));
  }

  /** Edit what is in the crop box in place of the open part; its edits stay where they are in the picture. */
  async changeCrop() {
    const { crop } = this.#store.state;
    if (crop) await this.#encodeAnew(crop, null);
  }

  /** Encode the open part in another way; its edits are made on what is found then. @param {import('../encoding.js').EncodeMode} mode */
  async encodeAgain(mode) {
    const { source } = this.#store.state;
    if (source?.upload) await this.#encodeAnew(source.crop, ENCODINGS[mode].asked);
  }

  /** What can be encoded is opened, though one of several cannot. @param {readonly (Crop|null)[]} crops */
  async #encodeParts(crops) {
    const { upload, source } = this.#store.state;
    if (!upload) return;
    const isBeside = source?.upload?.imageId === upload.imageId;
    const how = isBeside ? { modelId: source.modelId, asked: this.#maker.encoding } : undefined;
    await this.#work.run('encode', async (signal) => {
      const encoded = [];
      try {
        for (const crop of crops) encoded.push({ info: await this.#maker.encode(upload, crop, signal, how), crop });
      } finally {
        if (encoded.length && !signal.aborted) await (isBeside ? this.#add(encoded, signal) : this.#entry.enterEncoded(upload, encoded, signal));
      }
    });
  }

  /**
   * Open what was encoded beside the parts that are open; a part that is open already is gone on with.
   * @param {readonly {info: import('../types.js').LatentInfo, crop: Crop|null}[]} encoded
   * @param {AbortSignal} signal
   */
  async #add(encoded, signal) {
    const { upload } = this.#store.state;
    const placeOf = (/** @type {{latent_id: string}} */ { latent_id }) => this.#store.state.parts.findIndex(({ source }) => source.latentId === latent_id);
    /** @type {Part[]} */
    const parts = [];
    for (const each of encoded) if (placeOf(each.info) < 0) parts.push(await this.#maker.part({ ...each, upload }, signal));
    const index = parts.length ? this.#store.state.parts.length : placeOf(encoded[0].info);
    this.#store.dispatch({ type: 'partsAdded', parts: parts.slice(0, MAX_PARTS - this.#store.state.parts.length), index });
  }

  /**
   * Another latent in place of the open part's.
   * @param {Crop|null} crop all of the picture if null
   * @param {import('../encoding.js').Asked|null} asked as chosen for the next picture, if null
   */
  async #encodeAnew(crop, asked) {
    const before = this.#store.state.source;
    const upload = before?.upload;
    if (!before || !upload) return;
    await this.#work.run('encode', async (signal) => {
      const how = { modelId: before.modelId, asked: asked ?? this.#maker.encoding };
      const info = await this.#maker.encode(upload, crop, signal, how);
      const found = await this.#maker.part({ info, upload, crop }, signal);
      const { state } = this.#store; // its last changes may have been saved meanwhile
      const { keeping, history } = state;
      if (!keeping || !history || state.source !== before) return;
      const change = {
        from: before.latentId,
        to: info.latent_id,
        before: maskSizeFor(before.grid),
        after: maskSizeFor(info.grid),
        masks: new Map(),
        ...(!isSameCrop(before.crop, crop, upload) && { place: placeOf(crop, before.crop, upload) }),
      };
      /** @param {Session} session @returns {Session} */
      const onto = (session) => (session.latent_id === before.latentId ? { latent_id: info.latent_id, edits: editsOnto(session.edits, change) } : session);
      const steps = { past: history.past.map(onto), present: onto(history.present), future: history.future.map(onto), tag: null };
      const parts = partsOf(state).map((part, i) => (i === state.partIndex ? { source: found.source, history: steps } : part));
      const snapshots = keeping.snapshots.map((each) => ({ ...each, parts: each.parts.map(onto) }));
      const kept = keeping.saving === 'new' ? keeping : changed(keeping);
      this.#store.dispatch({ type: 'opened', parts, index: state.partIndex, keeping: { ...kept, snapshots } });
      this.#store.dispatch({ type: 'said', text: saysKept(history.present, steps.present) });
    });
  }
}

/** @param {Crop|null} crop @param {Crop|null} before @param {{width: number, height: number}} image */
function placeOf(crop, before, image) {
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  return between(quadOfCrop(crop ?? whole), quadOfCrop(before ?? whole));
}

/** What has become of the edits. @param {Session} before @param {Session} after */
function saysKept({ edits }, after) {
  const isKept = (/** @type {import('../session.js').Edit} */ edit) => (edit.type === 'other' ? edit.wire.mask?.kind === 'all' : !edit.mask || !isEmpty(edit.mask));
  const kept = after.edits.filter(isKept).length;
  if (!edits.length) return t('Encoded again');
  if (kept === edits.length) return t('Encoded again; all edits are kept');
  return t('Encoded again; {kept} of {count} edits are kept, the others lie outside of this part', { kept, count: edits.length });
}
