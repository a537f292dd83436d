/**
 * The shapes that cross the wire. They are the server's own: `make page` writes `wire.d.ts` of its OpenAPI description.
 */

/** @typedef {import('./wire.js').components['schemas']} Wire */
/** @typedef {Wire['AttributeInfo']} Attribute source: how it was found, if it was not trained with the model; opposite: what less of it is called */
/** @typedef {Wire['ModelInfo']} Model */
/** @typedef {Wire['Progress']} Progress */
/** @typedef {Wire['KitInfo']} Kit a model that can be fetched, for who runs the server */
/** @typedef {Wire['Installation']} Installation how far the latest is */
/** @typedef {Omit<Wire['Job'], 'result'> & {result: any}} Job its result depends on its kind */
/** @typedef {Wire['Fit']} Fit whether the model knows such pictures */
/** @typedef {Wire['FaceInfo']} Face quad: the square that the model wants */
/** @typedef {Wire['IngestResult']} UploadInfo */
/** @typedef {Pick<Wire['EncodeResult'], 'latent_id'|'image_id'|'grid'> & Partial<Wire['EncodeResult']>} LatentInfo of an encoded picture, or of a generated one, of which less is said; twin_id: of what edits are made on */
/** @typedef {Wire['SessionInfo']} SessionInfo */
/** @typedef {Pick<Wire['Output'], 'format'|'frame'> & Partial<Wire['Output']>} Output what is not said is as usual */
/** @typedef {Wire['Health']} Health */

export {};
