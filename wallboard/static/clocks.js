// Time on the page: the server's clock, and one timer for everything that counts up.

import { html } from "./vendor/lit-html/lit-html.js";
import { span } from "./format.js";

const SAMPLES = 10;

// The server's clock, told from when its messages say they were sent. The browser's own may be wrong and may be put right
// while we run, so it is measured against the monotonic clock alone. A message can only come late: of the last few, the
// one that was under way for the shortest time is right; and a monotonic clock that stood still in sleep is seen at once.
export function serverClock(monotonic = () => performance.now(), wall = () => Date.now()) {
  let offsets = [], best = null;
  return {
    heard(at, anew = false) {
      const offset = new Date(at).getTime() - monotonic();
      offsets = anew ? [offset] : [...offsets.slice(1 - SAMPLES), offset];
      best = Math.max(...offsets);
    },
    now() { return best === null ? wall() : monotonic() + best; },
  };
}

// A time that counts up; the template holds when it began, `tick` writes what has passed.
export function counting(instant, figure = "") {
  return html`<b class="n since" data-since=${new Date(instant).getTime()} data-figure=${figure}></b>`;
}

// What the browser does not draw because it is out of sight (CSS: content-visibility). It tells so itself: to ask it of a
// thousand cards each second would cost more than to write their times.
const unseen = new WeakSet();
if (typeof document !== "undefined") {
  document.addEventListener("contentvisibilityautostatechange", ({ target, skipped }) => { skipped ? unseen.add(target) : unseen.delete(target); }, true);
}

// Writes every counting time under `root` that is in sight; nothing is rendered for it, and what says the same is not
// touched. What is out of sight is written once, and again when it comes into it.
export function tick(root, now) {
  for (const element of root.querySelectorAll("[data-since]")) {
    if (element.firstChild && unseen.has(element.parentElement.parentElement)) continue;
    const told = span(Math.max(0, Math.floor((now - element.dataset.since) / 1000)));
    if (element.textContent === told) continue;
    element.textContent = told;
    element.classList.toggle("long", told.length > "59:59".length);
  }
}
