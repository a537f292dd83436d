/**
 * Light or dark: the button that says so for this browser. js/theme.js applies it before the first paint.
 */

import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { iconButton } from './controls.js';

/** @returns {HTMLButtonElement} */
export function themeButton() {
  const button = iconButton('sun', t('Light or dark'), () => {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem('latentbrush.theme', root.dataset.theme);
    show(button);
  });
  show(button);
  return button;
}

/** @param {HTMLElement} button */
function show(button) {
  const isDark = document.documentElement.dataset.theme === 'dark';
  button.replaceChildren(icon(isDark ? 'sun' : 'moon'));
  button.title = isDark ? t('Switch to light') : t('Switch to dark');
  button.setAttribute('aria-label', button.title);
}
