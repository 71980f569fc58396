// Callers who talk to the flow: in no queue yet, or no longer.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { counting } from "./clocks.js";
import { hrefOf } from "./figures.js";
import { languageOf, whole } from "./format.js";

const MOST_CALLS = 12;

export function callersPanel({ state, words }) {
  const calls = [...state.calls.values()].sort((a, b) => new Date(a.since) - new Date(b.since)), rest = calls.length - MOST_CALLS;
  return html`<section class="panel" aria-label=${words.calls_title}><h2>${words.calls_title}<span class="name">${words.callers(calls.length)}</span></h2>
    ${calls.length ? html`<ul class="calls">${repeat(calls.slice(0, MOST_CALLS), (call) => call.call_id, (call) => html`
      <li><a href=${hrefOf("call", call.call_id)}>${call.vip ? html`<span role="img" aria-label=${words.vip}>★</span> ` : nothing}${call.caller || words.withheld}</a><span>${call.number} ${call.flow}</span>${call.language ? html`<span title=${languageOf(call.language, words)}>${languageOf(call.language.split("-")[0], words)}</span>` : html`<span></span>`}${counting(call.since)}</li>`)}${rest > 0 ? html`<li class="more">+${whole(rest, words)}</li>` : nothing}</ul>` : html`<p class="empty">${words.nobody_calls}</p>`}</section>`;
}
