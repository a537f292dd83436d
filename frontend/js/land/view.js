/**
 * The map: Leaflet with the land's tiles, and the pointer as a brush. Leaflet's coordinates stay in here.
 */

import * as L from '../../vendor/leaflet/leaflet-src.esm.js';
import { t } from '../i18n.js';
import { opening } from './opening.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {'move'|'paint'|'export'} Tool */
/**
 * @typedef {object} Land
 * @property {string} land_id
 * @property {string} model
 * @property {number} seed
 * @property {number|null} coherence
 * @property {number} tile_px
 * @property {number} min_zoom
 * @property {number} max_zoom
 * @property {number|null} around
 */
/**
 * @typedef {object} ViewEvents
 * @property {(points: Point[], isDone: boolean) => void} onStroke points in land pixels; again and again, and once when it is done
 * @property {(points: Point[]) => boolean} canBeAsLong where it cannot, the stroke ends before
 * @property {(from: Point, to: Point) => void} onRectangle
 * @property {(isDrawing: boolean, hasFailed: boolean) => void} onTiles
 * @property {() => void} onMove
 */

const CLOSER_ZOOMS = 2; // beyond a pixel for a pixel
const FARTHER_TILES = 1; // kept around what is seen
const FADED = 0.2; // of another land, while tiles of this one come

export class LandView {
  #map;
  #events;
  /** @type {Tool} */
  #tool = 'move';
  #radius = 24;
  #native = 8;
  /** @type {L.TileLayer|null} */
  #layer = null;
  /** @type {L.TileLayer|null} */
  #next = null;
  #ground = '';
  /** @type {L.Path|null} */
  #trace = null;
  #cursor;
  /** @type {L.Path|null} */
  #outline = null;

  /** @param {HTMLElement} room @param {ViewEvents} events */
  constructor(room, events) {
    this.#events = events;
    this.#map = L.map(room, {
      crs: Object.assign({}, L.CRS.Simple, { transformation: new L.Transformation(1, 0, 1, 0) }),
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 1,
      fadeAnimation: false,
    });
    L.control.zoom({ position: 'bottomright', zoomInTitle: t('Zoom in'), zoomOutTitle: t('Zoom out') }).addTo(this.#map);
    this.#cursor = L.circleMarker([0, 0], { radius: 1, weight: 1.5, fill: false, interactive: false });
    let isKeyed = true; // the brush is in the middle then
    this.#map.on('mousemove', ({ latlng }) => {
      isKeyed = false;
      this.#showCursor(latlng);
    });
    this.#map.on('mouseout', () => isKeyed || this.#cursor.remove());
    room.addEventListener('keydown', () => {
      isKeyed = true;
      this.#showCursor(this.#map.getCenter());
    });
    this.#map.on('move', () => isKeyed && this.#cursor.setLatLng(this.#map.getCenter()));
    this.#map.on('zoomend', () => this.#sizeCursor());
    this.#map.on('moveend', () => events.onMove());
    this.#watchPointer(room);
  }

  /**
   * Show a land; what is seen stays until the tiles of the new one are there, faded if it is of other ground.
   * @param {Land} land
   * @param {(land: Land) => string} urlOf
   * @param {{x: number, y: number, zoom: number}|null} place null: stay, or near the origin at first
   */
  show(land, urlOf, place) {
    this.#native = land.max_zoom;
    const bounds = this.#close(land.around);
    const farthest = this.#farthest(land);
    this.#map.setMinZoom(farthest);
    if (place || !this.#layer) {
      const { width, height } = this.#map.getContainer().getBoundingClientRect();
      const { x, y, zoom } = place ?? { ...opening({ width, height }, land.tile_px), zoom: land.max_zoom };
      this.#map.setMaxZoom(land.max_zoom + CLOSER_ZOOMS);
      this.#map.setView(this.#toLatLng({ x, y }), zoom, { animate: false });
    }
    const ground = [land.model, land.seed, land.coherence, land.around].join();
    if (ground !== this.#ground) this.#layer?.setOpacity(FADED);
    this.#ground = ground;
    this.#next?.remove();
    const layer = L.tileLayer(urlOf(land), {
      tileSize: land.tile_px,
      minNativeZoom: land.min_zoom,
      maxNativeZoom: land.max_zoom,
      minZoom: farthest,
      maxZoom: land.max_zoom + CLOSER_ZOOMS,
      keepBuffer: FARTHER_TILES,
      noWrap: land.around === null,
      bounds,
      className: 'land-tile',
    });
    let hasFailed = false;
    layer.on('loading', () => this.#events.onTiles(true, (hasFailed = false)));
    layer.on('tileerror', () => (hasFailed = true));
    layer.on('load', () => {
      if (this.#next === layer) {
        this.#layer?.remove();
        [this.#layer, this.#next] = [layer, null];
        this.#removeTrace();
      }
      this.#events.onTiles(false, hasFailed);
    });
    this.#next = layer;
    layer.addTo(this.#map);
  }

  /**
   * Have the map come round, as a globe does, or go on for ever.
   * @param {number|null} around pixels
   * @returns {L.LatLngBounds|undefined} where there is land
   */
  #close(around) {
    const end = this.#toLatLng({ x: around ?? 0, y: (around ?? 0) / 2 });
    const far = 1e6;
    const bounds = around === null ? undefined : L.latLngBounds([0, -far], [end.lat, far]);
    /** @type {any} */ (this.#map.options.crs).wrapLng = around === null ? undefined : [0, end.lng];
    this.#map.setMaxBounds(/** @type {any} */ (bounds ?? null));
    return bounds;
  }

  /** The zoom from which a globe is seen whole, if that is farther than tiles are drawn from. @param {Land} land */
  #farthest({ around, min_zoom, max_zoom }) {
    if (around === null) return min_zoom;
    const { width, height } = this.#map.getContainer().getBoundingClientRect();
    const whole = max_zoom + Math.floor(Math.log2(Math.min(width / around, (2 * height) / around)));
    return Math.min(min_zoom, Math.max(whole, 0));
  }

  /** Take the stroke away that is shown for an edit. */
  forget() {
    this.#removeTrace();
  }

  /** Ask again for the tiles that did not come. */
  retry() {
    (this.#next ?? this.#layer)?.redraw();
  }

  /** @param {Tool} tool */
  use(tool) {
    this.#tool = tool;
    for (const gesture of [this.#map.dragging, this.#map.doubleClickZoom, this.#map.boxZoom]) {
      gesture[tool === 'move' ? 'enable' : 'disable']();
    }
    this.#map.getContainer().dataset.tool = tool;
    if (tool === 'paint') this.#cursor.addTo(this.#map);
    else this.#cursor.remove();
    this.#sizeCursor();
  }

  /** @param {number} radius of the brush in land pixels */
  setRadius(radius) {
    this.#radius = radius;
    this.#sizeCursor();
  }

  get hasFocus() {
    return document.activeElement === this.#map.getContainer();
  }

  /** What the tool does, without a pointer: paint once in the middle, or export what is seen. */
  act() {
    if (this.#tool === 'export') {
      const seen = this.#map.getBounds();
      return this.#events.onRectangle(this.#toLand(seen.getNorthWest()), this.#toLand(seen.getSouthEast()));
    }
    if (this.#tool !== 'paint') return;
    const points = [this.#toLand(this.#map.getCenter())];
    this.#cursor.setLatLng(this.#map.getCenter());
    this.#draw(points);
    this.#events.onStroke(points, true);
  }

  /** Show where a box lies; null: no more. @param {number[]|null} box x, y, width and height in land pixels */
  outline(box) {
    this.#outline?.remove();
    if (!box) return;
    this.#outline = L.rectangle(this.#cornersOf(box), { interactive: false, className: 'land-outline', weight: 2, dashArray: '6 4', fill: false }).addTo(this.#map);
  }

  /** Go where a box is, if nothing of it is seen. @param {number[]} box x, y, width and height in land pixels */
  reveal(box) {
    const corners = this.#cornersOf(box);
    if (!this.#map.getBounds().intersects(corners)) this.#map.setView(corners.getCenter(), this.#map.getZoom(), { animate: false });
  }

  /** @param {number[]} box */
  #cornersOf([x, y, width, height]) {
    return L.latLngBounds(this.#toLatLng({ x, y }), this.#toLatLng({ x: x + width, y: y + height }));
  }

  /** Where the middle of the view is. */
  get place() {
    const { x, y } = this.#toLand(this.#map.getCenter());
    return { x: Math.round(x), y: Math.round(y), zoom: this.#map.getZoom() };
  }

  /** Pixels of the screen for one of the land. */
  get #scale() {
    return 2 ** (this.#map.getZoom() - this.#native);
  }

  /** @param {L.LatLng} at */
  #showCursor(at) {
    this.#cursor.setLatLng(at);
    if (this.#tool === 'paint') this.#cursor.addTo(this.#map);
  }

  #sizeCursor() {
    if (this.#layer || this.#next) this.#cursor.setRadius(this.#radius * this.#scale);
  }

  #removeTrace() {
    this.#trace?.remove();
    this.#trace = null;
  }

  /** @param {HTMLElement} room */
  #watchPointer(room) {
    /** @type {{pointer: number, points: Point[]}|null} */
    let stroke = null;
    const isPainting = () => this.#tool === 'paint';
    const end = (/** @type {boolean} */ isKept) => {
      if (!stroke) return;
      const { points } = stroke;
      stroke = null;
      if (!isKept || this.#tool === 'export') this.#removeTrace();
      if (isKept && isPainting()) this.#events.onStroke(points, true);
      if (isKept && this.#tool === 'export') this.#events.onRectangle(points[0], points[points.length - 1]);
    };
    room.addEventListener('pointerdown', (event) => {
      if (stroke) return end(false); // a second finger: the two move the map
      if (this.#tool === 'move' || event.button !== 0) return;
      if (event.target instanceof Element && event.target.closest('.leaflet-control')) return;
      room.setPointerCapture(event.pointerId);
      stroke = { pointer: event.pointerId, points: [this.#at(event)] };
      this.#draw(stroke.points);
      if (isPainting()) this.#events.onStroke(stroke.points, false);
    });
    room.addEventListener('pointermove', (event) => {
      if (stroke?.pointer !== event.pointerId) return;
      const more = (event.getCoalescedEvents?.() ?? [event]).map((each) => this.#at(each));
      stroke.points.push(...more);
      if (isPainting() && !this.#events.canBeAsLong(stroke.points)) {
        stroke.points.length -= more.length;
        return end(true);
      }
      this.#draw(stroke.points);
      if (isPainting()) this.#events.onStroke(stroke.points, false);
    });
    const of = (/** @type {boolean} */ isKept) => (/** @type {PointerEvent} */ event) => stroke?.pointer === event.pointerId && end(isKept);
    room.addEventListener('pointerup', of(true));
    room.addEventListener('pointercancel', of(false));
  }

  /** The stroke at once, before any tile has come. @param {Point[]} points */
  #draw(points) {
    this.#removeTrace();
    const places = points.map((point) => this.#toLatLng(point));
    const last = places[places.length - 1];
    const look = { interactive: false, className: 'land-trace' };
    const trace =
      this.#tool === 'export'
        ? L.rectangle(L.latLngBounds(places[0], last), { ...look, weight: 1.5 })
        : L.polyline(places.length > 1 ? places : [last, last], {
            ...look,
            weight: 2 * this.#radius * this.#scale,
            opacity: 0.35,
          });
    this.#trace = trace.addTo(this.#map);
  }

  /** @param {PointerEvent} event */
  #at(event) {
    return this.#toLand(this.#map.mouseEventToLatLng(event));
  }

  /** @param {L.LatLng} place @returns {Point} */
  #toLand(place) {
    return this.#map.project(place, this.#native);
  }

  /** @param {Point} point @returns {L.LatLng} */
  #toLatLng({ x, y }) {
    return this.#map.unproject([x, y], this.#native);
  }
}
