// The drawer that opens a number: what it means, the visits it is made of, and one call's time line. The place it shows
// is the address's fragment, so that it can be linked to, goes back with the browser's button, and needs no handlers.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { FIGURES, hrefOf, placeOf, questionOf } from "./figures.js";
import { CLOCK, decimal, span, time, titleOf } from "./format.js";

const MARKS = { good: "✓", bad: "✗", short: "–", open: "…", unseen: "?", counts: "" };

export function drawer({ onChange }) {
  let place = null, shown = "", asked = 0, rows = [], next = null, call = null, problem = null, loading = false, dirty = false, opener = null;

  async function load(after = null) {
    const mine = ++asked;
    loading = true; problem = null; dirty = false;
    const address = place.kind === "call" ? `/api/v1/calls/${encodeURIComponent(place.name)}` : `/api/v1/visits?${questionOf(place, after)}`;
    let answer = null;
    try {
      const response = await fetch(address, { cache: "no-store" });
      answer = await response.json();
      if (!response.ok) problem = answer.error.message;
    } catch (wrong) {
      problem = wrong.message;
    }
    if (mine !== asked) return; // another place was opened meanwhile
    loading = false;
    if (problem === null && place.kind === "call") call = answer;
    if (problem === null && place.kind !== "call") { rows = after ? [...rows, ...answer.visits] : answer.visits; next = answer.next; }
    onChange();
  }

  function go() {
    if (shown === location.hash) return; // the browser tells of one step back twice
    shown = location.hash;
    const was = place;
    place = placeOf(location.hash);
    rows = []; next = null; call = null; problem = null; asked += 1;
    if (place !== null && was === null) opener = document.activeElement;
    if (place !== null) load();
    onChange();
    if (place !== null && was === null) document.querySelector(".drawer .close")?.focus();
    if (place === null && was !== null) opener?.focus?.();
  }

  function close() { history.pushState(null, "", location.pathname + location.search); go(); }

  addEventListener("hashchange", go);
  addEventListener("popstate", go);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && place !== null) close(); });
  queueMicrotask(() => { if (placeOf(location.hash) !== null) go(); });

  return {
    // Something happened in these queues: what is shown of them is asked for again, once a second at most.
    heard(queues) { if (place !== null && place.kind !== "call" && (!place.queue || queues.includes(place.queue))) dirty = true; },
    tick() { if (dirty && !loading && rows.length <= 50) load(); },
    view(state, words) {
      if (place === null) return nothing;
      return html`<aside class="drawer" role="dialog" aria-labelledby="drawer-title">
        <header><h2 id="drawer-title">${heading(place, state, words)}</h2><button type="button" class="close" aria-label=${words.close} @click=${close}>✕</button></header>
        ${place.kind === "figure" ? definition(place, state, words) : nothing}
        ${problem !== null ? html`<p class="problem" role="alert">${problem} <button type="button" @click=${() => load()}>${words.again}</button></p>` : nothing}
        ${place.kind === "call" ? timeLine(call, state, words) : visits(place, rows, state, words)}
        ${loading ? html`<p class="dim" role="status">${words.loading}</p>` : nothing}
        ${place.kind !== "call" && !loading && problem === null && rows.length === 0 ? html`<p class="empty">${words.no_visits}</p>` : nothing}
        ${next !== null && !loading ? html`<button type="button" @click=${() => load(next)}>${words.more}</button>` : nothing}
      </aside>`;
    },
  };
}

function heading(place, state, words) {
  if (place.kind === "call") return html`${words.call} <span class="n">${place.name}</span>`;
  if (place.kind === "agent") return html`${state.agents.get(place.name)?.name || place.name} <span>${place.name}</span>`;
  const queue = state.queues.get(place.queue);
  return html`${words[place.figure]} <span>${place.queue ? titleOf(queue?.titles ?? {}, queue?.title || place.queue, words) : words.all_queues}</span>`;
}

function definition(place, state, words) {
  const rule = state.queues.get(place.queue);
  const told = words.define[place.figure];
  return html`<p class="dim definition">${told}${rule && place.figure === "service_level" ? html` <b>${words.within(rule.threshold_s)}</b>` : nothing}</p>
    ${FIGURES[place.figure].judged ? html`<p class="faint">${words.marks[place.figure] ?? nothing}</p>` : nothing}`;
}

function visits(place, rows, state, words) {
  if (rows.length === 0) return nothing;
  const judged = place.kind === "figure" ? FIGURES[place.figure].judged : undefined;
  return html`<table class="visits"><thead><tr>
      ${judged ? html`<th><span class="unseen">${words.counted}</span></th>` : nothing}<th>${words.entered_at}</th><th>${words.caller}</th>
      ${place.queue ? nothing : html`<th>${words.queue}</th>`}<th class="right">${words.wait}</th><th>${words.agent}</th><th>${words.outcome}</th></tr></thead>
    <tbody>${repeat(rows, (visit) => visit.id, (visit) => visitRow(visit, place, judged, state, words))}</tbody></table>`;
}

function visitRow(visit, place, judged, state, words) {
  const queue = state.queues.get(visit.queue), worth = judged?.(visit, queue ?? { threshold_s: 0, short_s: 0 });
  return html`<tr data-visit=${visit.id} data-worth=${worth ?? "counts"}>
    ${judged ? html`<td><span role="img" aria-label=${words.worth[worth]} title=${words.worth[worth]}>${MARKS[worth]}</span></td>` : nothing}
    <td class="n"><a href=${hrefOf("call", visit.call_id)}>${time(visit.entered_at, words, state.timeZone, CLOCK)}</a></td>
    <td>${visit.vip ? html`<span role="img" aria-label=${words.vip}>★</span> ` : nothing}${visit.caller || words.withheld}</td>
    ${place.queue ? nothing : html`<td>${titleOf(queue?.titles ?? {}, queue?.title || visit.queue, words)}</td>`}
    <td class="n right">${visit.wait_s === null ? "–" : span(visit.wait_s)}</td>
    <td>${visit.agent_name || visit.agent || "–"}</td>
    <td>${words.outcomes[visit.outcome ?? "waiting"]}${visit.transfer ? html` · ${words.transfers[visit.transfer]}` : nothing}</td></tr>`;
}

function timeLine(call, state, words) {
  if (call === null) return nothing;
  return html`<ol class="moments">${call.moments.map((moment) => html`<li data-part=${moment.part}>
    <span class="n">${time(moment.at, words, state.timeZone, CLOCK)}</span><span class="part">${words.parts[moment.part]}</span><span>${said(moment, state, words)}</span></li>`)}</ol>`;
}

function said(moment, state, words) {
  const facts = moment.facts, queue = state.queues.get(facts.queue), name = queue ? titleOf(queue.titles, queue.title || facts.queue, words) : facts.queue;
  return words.moments[moment.what]({
    ...facts, queue: name, seconds: decimal(facts.seconds, words), wait: facts.wait_s === null || facts.wait_s === undefined ? "" : span(facts.wait_s),
    talk: facts.talk_s === null || facts.talk_s === undefined ? "" : span(facts.talk_s), ending: words.outcomes[facts.outcome] ?? facts.outcome,
    ring: words.rings[facts.result] ?? facts.result, handed: facts.transfer ? words.transfers[facts.transfer] : "",
  });
}
