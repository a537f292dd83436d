/**
 * The page's words in its person's language. English is in the code; languages/*.json have the others, by the English text.
 */

/** @type {Readonly<Record<string, string>>} by code, as they call themselves */
export const LANGUAGES = { en: 'English', de: 'Deutsch' };

const isPage = typeof document !== 'undefined';

/** The chosen language, else the first of the browser's that there is. */
export const language = isPage ? chosenLanguage() : 'en';

/** @type {Record<string, string>} */
const words = language === 'en' ? {} : await loadWords(language);
if (isPage) document.documentElement.lang = language;

/**
 * A text in the page's language.
 * @param {string} text in English, with {names} where values go
 * @param {Record<string, string|number>} [values]
 */
export function t(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Change the language: the page is loaded again, its session with it. @param {string} code */
export function chooseLanguage(code) {
  localStorage.setItem('latentbrush.language', code);
  location.reload();
}

function chosenLanguage() {
  const wanted = [savedLanguage(), ...navigator.languages.map((tag) => tag.split('-')[0])];
  return wanted.find((code) => code !== null && code in LANGUAGES) ?? 'en';
}

function savedLanguage() {
  try {
    return localStorage.getItem('latentbrush.language');
  } catch {
    return null; // a closed storage only costs the choice
  }
}

/** @param {string} code @returns {Promise<Record<string, string>>} none when they do not come: English is better than nothing */
async function loadWords(code) {
  const answer = await fetch(new URL(`../languages/${code}.json`, import.meta.url)).catch(() => null);
  return answer?.ok ? answer.json().catch(() => ({})) : {};
}
