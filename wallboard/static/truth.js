// How true the numbers are, and how the page says so: per node live, catching up, blind or lost, and since when.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { CLOCK, time } from "./format.js";

// What this browser may claim: it hears nothing itself since `lostAt`, or what the server says.
export function standingOf(state, lostAt) {
  return lostAt !== null && state.seq !== null ? { truth: "unheard", since: lostAt } : state.standing;
}

export function isStale({ truth }) { return truth === "lost" || truth === "blind" || truth === "unheard"; }

// Waits stop growing where our knowledge stops: a clock that runs on old facts would look alive.
export function knownUntil(stand, now) {
  return isStale(stand) && stand.since ? new Date(stand.since).getTime() : now;
}

export function labelOf({ truth, since }, words) { return truth === "lost" && since === null ? words.never : words[truth]; }

// Each node with its own badge; today a wallboard follows the bridge of one.
export function badges(state, stand, words) {
  const stamp = stand.truth === "live" || stand.since === null ? "" : ` · ${words.since(time(stand.since, words, state.timeZone, CLOCK))}`;
  return html`<span class="standing" role="status" data-truth=${stand.truth} data-node=${state.node ?? ""}><i></i>${state.node ? html`<b>${state.node}</b>` : nothing}<span>${labelOf(stand, words)}${stamp}</span></span>`;
}

export function banner(state, stand, words) {
  if (stand.truth === "live") return html`<div hidden></div>`;
  const why = stand.truth === "lost" && stand.since === null ? words.explain_never : words[`explain_${stand.truth}`];
  const stamp = stand.since === null ? nothing : html`<span class="n">${words.since(time(stand.since, words, state.timeZone, CLOCK))}</span>`;
  return html`<div class="banner" role="alert" data-truth=${stand.truth}><b>${labelOf(stand, words)}</b>${stamp}<span>${why}</span></div>`;
}
