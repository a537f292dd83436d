/**
 * The icons and the mark, drawn for this page on a 20-unit square with 1.5-unit strokes.
 */

import { svg } from './dom.js';

/** @type {Record<string, string[]>} path data */
const PATHS = {
  brush: [
    'M16.8 3.2 9 11',
    'M9 11l-2-2',
    'M7 9c-2.2.2-3 1.8-3.2 3.4-.1 1.5-.6 2.4-1.6 3.2 3 .9 6.6.3 6.9-2.6L9 11',
  ],
  eraser: [
    'M8 16.5 3.4 11.9a1.4 1.4 0 0 1 0-2L10 3.4a1.4 1.4 0 0 1 2 0l4.6 4.6a1.4 1.4 0 0 1 0 2L10 16.5z',
    'M6.6 6.8l6.6 6.6',
    'M8 16.5h9',
  ],
  hand: [
    'M6.5 11V5.2a1.2 1.2 0 0 1 2.4 0V9V4a1.2 1.2 0 0 1 2.4 0v5V5a1.2 1.2 0 0 1 2.4 0v5V7.2a1.2 1.2 0 0 1 2.3 0V12c0 3-1.9 5-4.7 5-2.4 0-3.6-.9-4.8-2.8L4 10.8c-.6-1.3 1-2.2 1.9-1z',
  ],
  grid: ['M3 3h14v14H3z', 'M3 7.7h14M3 12.3h14M7.7 3v14M12.3 3v14'],
  mask: ['M3 3h14v14H3z', 'M6 14 14 6M6 10l4-4M10 14l4-4'],
  heat: [
    'M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5z',
    'M10 7.800a2.2 2.2 0 1 1 0 4.400a2.2 2.2 0 0 1 0-4.400z',
  ],
  fit: ['M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4', 'M7 7h6v6H7z'],
  plus: ['M10 4v12M4 10h12'],
  minus: ['M4 10h12'],
  undo: ['M7 4 3.5 7.5 7 11', 'M3.5 7.500H12a4.25 4.25 0 0 1 0 8.500H8'],
  redo: ['M13 4l3.5 3.500L13 11', 'M16.5 7.500H8a4.25 4.25 0 0 0 0 8.500h4'],
  camera: ['M2.500 6.500h3L7 4.500h6l1.500 2h3v9.500h-15z', 'M10 8a3 3 0 1 1 0 6 3 3 0 0 1 0-6z'],
  fill: ['M10 2.800c3 3.700 5 6.300 5 9a5 5 0 0 1-10 0c0-2.700 2-5.300 5-9z', 'M7.500 12.200c.2 1.300 1 2.100 2.300 2.300'],
  history: ['M3 10a7 7 0 1 0 2.200-5.100', 'M3 3.500v3.500h3.500', 'M10 6.500V10l2.500 1.500'],
  open: ['M2.5 15.500v-11h5l2 2.500h8v8.500z'],
  compare: ['M10 2.500v15', 'M10 5H3v10h7', 'M12.5 5H17v2M17 9v2M17 13v2h-2.5'],
  rectangle: ['M3 5h3M8.500 5h3M14 5h3v2.500M17 10v2.500M17 15h-3M11.500 15h-3M6 15H3v-2.500M3 10V7.500'],
  lasso: ['M6 13.500C3.800 12.600 2.500 11 2.500 9 2.500 5.700 5.900 3.500 10 3.500s7.500 2.200 7.500 5.500-3.400 5.500-7.500 5.500c-.8 0-1.500-.1-2.200-.2', 'M6.500 12a1.600 1.600 0 1 1 0 3.200 1.600 1.600 0 0 1 0-3.200z', 'M6.200 15.200c0 1.300-.7 2-2 2.300'],
  invert: ['M10 2.500a7.500 7.500 0 1 1 0 15 7.500 7.500 0 0 1 0-15z', 'M10 2.500v15M10 6l6 2M10 10h7.500M10 14l5.500-1'],
  feather: ['M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7z', 'M10 2.500v.1M10 17.400v.1M2.500 10h.1M17.400 10h.1M4.700 4.700v.1M15.300 15.200v.1M15.300 4.700v.1M4.700 15.200v.1'],
  more: ['M4.500 10v.1M10 10v.1M15.500 10v.1'],
  split: ['M3 3.500h14v13H3z', 'M10 1.500v17', 'M8 8.500 6.500 10 8 11.500M12 8.500l1.500 1.500-1.500 1.500'],
  beside: ['M2.500 4.500h6.500v11H2.500z', 'M11 4.500h6.500v11H11z'],
  difference: ['M3 3h9v9H3z', 'M8 8h9v9H8z'],
  download: ['M10 3v9.500M6 9l4 4 4-4', 'M3.5 16.500h13'],
  sun: [
    'M10 6.500a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z',
    'M10 2v1.500M10 16.500V18M2 10h1.500M16.5 10H18M4.3 4.300l1.1 1.100M14.6 14.600l1.1 1.100M4.3 15.700l1.1-1.100M14.6 5.400l1.1-1.1',
  ],
  moon: ['M16.5 11.800A7 7 0 0 1 8.2 3.500a7 7 0 1 0 8.3 8.300z'],
  help: [
    'M7.3 7.500a2.7 2.7 0 1 1 4.2 2.200c-1 .7-1.5 1.2-1.5 2.3',
    'M10 14.800v.4',
    'M10 2.500a7.5 7.5 0 1 1 0 15a7.5 7.5 0 0 1 0-15z',
  ],
  up: ['M5 12l5-5 5 5'],
  down: ['M5 8l5 5 5-5'],
  bin: ['M4 5.500h12M8 5.500V3.500h4v2M5.5 5.500l.7 11h7.600l.7-11', 'M8.5 8.500v5M11.5 8.500v5'],
  shown: [
    'M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5z',
    'M10 7.800a2.2 2.2 0 1 1 0 4.400a2.2 2.2 0 0 1 0-4.400z',
  ],
  hidden: ['M3 8.500s2.4 3.5 7 3.5 7-3.5 7-3.5', 'M5 11l-1.5 2M10 12v2.500M15 11l1.5 2'],
  grip: ['M7.5 5v.1M12.5 5v.1M7.5 10v.1M12.5 10v.1M7.5 15v.1M12.5 15v.1'],
  search: ['M8.5 3.500a5 5 0 1 1 0 10a5 5 0 0 1 0-10z', 'M12.3 12.3 17 17'],
  whole: ['M3 3h14v14H3z', 'M6.5 6.500h7v7h-7z'],
  dice: ['M3.5 3.500h13v13h-13z', 'M7 7v.1M13 7v.1M10 10v.1M7 13v.1M13 13v.1'],
  crop: ['M6 2v12h12', 'M2 6h12v12'],
  flip: ['M5 7h10M10 3.500v7M5 15h10'],
  close: ['M5 5l10 10M15 5 5 15'],
  check: ['M4 10.500l4 4 8-9'],
};

/**
 * @param {string} name
 * @param {number} [size]
 */
export function icon(name, size = 20) {
  const shapes = PATHS[name].map((d) => svg('path', { d }));
  const look = {
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': 1.5,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  };
  return svg(
    'svg',
    { viewBox: '0 0 20 20', width: size, height: size, 'aria-hidden': 'true', ...look },
    ...shapes,
  );
}

/** The opacity of each cell of the mark: a brush stroke through a latent's grid. */
const MARK = [
  [0.14, 0.14, 0.45, 1],
  [0.14, 0.45, 1, 0.75],
  [0.45, 1, 0.75, 0.14],
  [1, 0.75, 0.14, 0.14],
];

/** @param {number} [size] */
export function mark(size = 24) {
  const cells = MARK.flatMap((row, y) =>
    row.map((opacity, x) =>
      svg('rect', {
        x: x * 6 + 0.5,
        y: y * 6 + 0.5,
        width: 5,
        height: 5,
        rx: 1.2,
        opacity,
        class: opacity > 0.2 ? 'mark-on' : 'mark-off',
      }),
    ),
  );
  return svg(
    'svg',
    {
      viewBox: '0 0 24 24',
      width: size,
      height: size,
      fill: 'currentColor',
      'aria-hidden': 'true',
      class: 'mark',
    },
    ...cells,
  );
}
