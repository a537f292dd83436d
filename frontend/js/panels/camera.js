/**
 * A picture from the camera: look, take it, and it is opened like any other. Nothing is recorded before that.
 */

import { context2d, el } from '../dom.js';
import { dialog } from './dialogs.js';
import { language, t } from '../i18n.js';

const PICTURE_QUALITY = 0.95;

/** @param {(file: File) => void} onFile */
export function cameraDialog(onFile) {
  const video = el('video', { class: 'camera-picture', muted: true, playsInline: true, 'aria-label': t('What the camera sees') });
  const problem = el('p', { class: 'dialog-problem', role: 'alert' });
  const take = el('button', { type: 'button', class: 'button is-primary is-large', disabled: true, onclick: () => void shoot() }, t('Take the picture'));
  const dom = dialog(t('Camera'), 'dialog-small', video, problem, el('div', { class: 'dialog-actions' }, el('div', { class: 'spring' }), take));
  /** @type {MediaStream|null} */
  let stream = null;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    take.disabled = true;
  };
  dom.addEventListener('close', stop);

  const shoot = async () => {
    const canvas = el('canvas', { width: video.videoWidth, height: video.videoHeight });
    context2d(canvas).drawImage(video, 0, 0);
    /** @type {Blob|null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', PICTURE_QUALITY));
    dom.close();
    if (blob) onFile(new File([blob], `${t('Camera')} ${new Date().toLocaleString(language, { dateStyle: 'medium' })}.jpg`, { type: blob.type }));
  };

  return {
    dom,
    async open() {
      problem.textContent = '';
      dom.showModal();
      try {
        const found = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 1280 } } });
        if (!dom.open) return found.getTracks().forEach((track) => track.stop()); // closed while it was asked for
        stream = found;
        video.srcObject = stream;
        await video.play();
        take.disabled = false;
      } catch (error) {
        problem.textContent =
          error instanceof DOMException && error.name === 'NotAllowedError'
            ? t('This page may not use the camera: allow it beside the address.')
            : t('There is no camera that this page can use.');
      }
    },
  };
}

/** Cameras are for pages on this machine or over https. */
export function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}
