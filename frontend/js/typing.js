/**
 * Whose a key is: the page's, or what has the focus.
 */

/** Whether a dialog is open, or a field is typed into: the key is theirs. @param {KeyboardEvent} event */
export function isElsewhere(event) {
  return document.querySelector('dialog[open]') !== null || isTyping(event);
}

/** Whether the key belongs to a field. A slider keeps its arrows, but letters and brackets are ours. @param {KeyboardEvent} event */
function isTyping(event) {
  const field = event.target instanceof Element ? event.target.closest('input, textarea, select') : null;
  if (!(field instanceof HTMLInputElement)) return field !== null;
  if (field.type === 'range' || field.type === 'radio' || field.type === 'checkbox') return false;
  const isCommand = event.ctrlKey || event.metaKey;
  return !(isCommand && 'sozy'.includes(event.key.toLowerCase()) && field.type === 'number');
}
