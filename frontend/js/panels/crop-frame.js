/**
 * How large a picture is shown while a part of it is chosen, so that all that reaches beyond it is seen.
 */

/** @typedef {import('../crop.js').Quad} Quad */

const MARGIN_PX = 16; // around the picture: room for the corners' handles
const TOP_PX = 48; // above it: for the one that turns the box, too

/**
 * As large as the room allows.
 * @param {HTMLElement} frame of the picture
 * @param {HTMLElement} room that it is in
 * @param {{width: number, height: number}} image
 * @param {readonly Quad[]} reached squares that may reach beyond the picture
 */
export function fitFrame(frame, room, image, reached) {
  const [left, right] = beyond(reached.flatMap((quad) => quad.map(([x]) => x)), image.width);
  const [top, bottom] = beyond(reached.flatMap((quad) => quad.map(([, y]) => y)), image.height);
  const scale = Math.min(
    (room.clientWidth - 2 * MARGIN_PX) / (image.width + left + right),
    (room.clientHeight - TOP_PX - MARGIN_PX) / (image.height + top + bottom),
  );
  const px = (/** @type {number} */ value) => `${Math.round(value)}px`;
  const margins = [TOP_PX + top * scale, MARGIN_PX + right * scale, MARGIN_PX + bottom * scale, MARGIN_PX + left * scale];
  Object.assign(frame.style, { width: px(image.width * scale), height: px(image.height * scale), margin: margins.map(px).join(' ') });
}

/** How far places lie before 0 and behind an extent. @param {readonly number[]} places @param {number} extent */
function beyond(places, extent) {
  return [Math.max(0, ...places.map((at) => -at)), Math.max(0, ...places.map((at) => at - extent))];
}
