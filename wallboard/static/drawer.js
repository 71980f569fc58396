// The drawer that opens a number: what it means, the visits it is made of, and one call's time line. The place it shows
// is the address's fragment, so that it can be linked to, goes back with the browser's button, and needs no handlers.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { FIGURES, FORMULAS, METRIC_OF, hrefOf, placeOf, questionOf, questionOfStep } from "./figures.js";
import { clock, DAY, decimal, span, time, titleOf } from "./format.js";
import { flowWordsOf } from "./flows-words.js";
import { pastWordsOf } from "./history-words.js";
import { ours } from "./root.js";

const MARKS = { good: "✓", bad: "✗", short: "–", open: "…", unseen: "?", counts: "" };

const NO_LIMIT = { threshold_s: 20, short_s: 5 }; // of a queue that is no more: the reports count by these, too
const PAGE = 50, MOST = 1000, TIMEOUT_MS = 10_000;
const AGAIN_MS = 5000; // after an error, and while a call goes on
const LATE_MS = 2000; // a row follows its event by a moment: what changed is asked for once more

export function drawer({ onChange, now }) {
  let place = null, shown = "", asked = 0, rows = [], next = null, call = null, problem = null, asking = false, more = false, opener = null;
  let dirty = false, dueAt = Infinity; // whether something changed since the last answer; when to ask again in any case

  async function load(state, after = null) {
    const mine = ++asked;
    asking = true; more = after !== null; dirty = false; dueAt = Infinity;
    const limit = after ? PAGE : Math.min(Math.max(rows.length, PAGE), MOST); // as many as are read already
    const address = place.kind === "call" ? `api/v1/calls/${encodeURIComponent(place.name)}` : place.kind === "step" ? `api/v1/journeys?${questionOfStep(place, { after, limit })}` : `api/v1/visits?${questionOf(place, { node: state.node, now: now(), after, limit })}`;
    let answer = null, wrong = null;
    try {
      const response = await fetch(ours(address), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      answer = await response.json();
      if (!response.ok) wrong = answer.error.code;
    } catch {
      wrong = "no_answer";
    }
    if (mine !== asked) return; // another place was opened meanwhile
    asking = more = false; problem = wrong;
    if (wrong === null && place.kind === "call") call = answer;
    if (wrong === null && place.kind !== "call") { const found = answer.visits ?? answer.journeys; rows = after ? [...rows, ...found] : found; next = answer.next; }
    if (wrong !== null && wrong !== "unknown_call") dueAt = performance.now() + AGAIN_MS;
    if (place.kind === "step" && after === null || (place.kind === "call" && call !== null && goesOn(call))) dueAt = performance.now() + AGAIN_MS;
    onChange();
  }

  function go() {
    if (shown === location.hash) return; // the browser tells of one step back twice
    shown = location.hash;
    const was = place;
    place = placeOf(location.hash);
    rows = []; next = null; call = null; problem = null; asked += 1; asking = more = false; dirty = place !== null;
    if (place !== null && was === null) opener = document.activeElement;
    onChange();
    if (place !== null) document.querySelector(".drawer .close")?.focus();
    if (place === null && was !== null) (opener?.isConnected ? opener : document.querySelector("h1"))?.focus?.();
  }

  function close() { history.pushState(null, "", location.pathname + location.search); go(); }

  addEventListener("hashchange", go);
  addEventListener("popstate", go);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && place !== null) close(); });
  queueMicrotask(() => { if (placeOf(location.hash) !== null) go(); });

  return {
    // Something happened in these queues (null: anything may have): what is shown of them is asked for again.
    heard(queues) {
      if (place === null || place.kind === "call" || place.kind === "step" || (queues !== null && place.queue && !queues.includes(place.queue))) return;
      dirty = true;
      dueAt = Math.min(dueAt, performance.now() + LATE_MS);
    },
    tick(state) { if (place !== null && !asking && (dirty || performance.now() >= dueAt)) { const late = dirty ? dueAt : Infinity; load(state); dueAt = late; } },
    view(state, words, warning) {
      if (place === null) return nothing;
      const first = asking && rows.length === 0 && call === null;
      return html`<div class="drawer" role="dialog" aria-labelledby="drawer-title">
        <div class="head"><h2 id="drawer-title">${heading(place, call, state, words)}</h2><button type="button" class="close" aria-label=${words.close} @click=${close}>✕</button></div>
        ${warning}
        ${place.figure ? definition(place, state, words) : nothing}
        ${problem !== null ? html`<p class="problem" role="alert">${words.problems[problem] ?? words.problems.other} <button type="button" @click=${() => load(state)}>${words.again}</button></p>` : nothing}
        ${place.kind === "call" ? timeLine(call, state, words) : place.kind === "step" ? journeys(rows, state, words, now()) : visits(place, rows, state, words, now())}
        ${first || more ? html`<p class="dim" role="status">${words.loading}</p>` : nothing}
        ${place.kind !== "call" && !asking && !dirty && problem === null && rows.length === 0 ? html`<p class="empty">${words.no_visits}</p>` : nothing}
        ${next !== null ? html`<button type="button" @click=${() => load(state, next)}>${words.more}</button>` : nothing}
      </div>`;
    },
  };
}

// Whether a call may get more to tell: nothing of it has ended, or what began last has not.
function goesOn(call) {
  const last = call.moments.at(-1);
  return last !== undefined && last.what !== "finished";
}

function heading(place, call, state, words) {
  if (place.kind === "call") {
    const who = call === null ? [] : [call.caller || words.withheld, call.number, call.language].filter(Boolean);
    const day = call?.moments.length ? time(call.moments[0].at, words, state.timeZone, DAY) : "";
    return html`${words.call} <span>${call?.vip ? html`<span role="img" aria-label=${words.vip}>★</span> ` : nothing}${who.join(" · ")}</span><span class="n">${day}</span><span class="n">${place.name}</span>`;
  }
  if (place.kind === "step") return html`${place.step} <span>${place.flow} · ${flowWordsOf(words).today}</span>`;
  if (place.kind === "agent") return html`${state.agents.get(place.name)?.name || place.name} <span>${place.name}</span>`;
  const queue = state.queues.get(place.queue);
  if (place.kind === "span") {
    const said = [place.queue ? titleOf(queue?.titles ?? {}, queue?.title || place.queue, words) : words.every_queue, `${clock(place.since, 0, words, state.timeZone)} – ${clock(place.until, place.since, words, state.timeZone)}`];
    return html`${pastWordsOf(words).metrics[place.metric] ?? place.metric} ${said.map((each) => html`<span>${each}</span> `)}`;
  }
  return html`${words[place.figure]} <span>${place.queue ? titleOf(queue?.titles ?? {}, queue?.title || place.queue, words) : words.all_queues}</span>`;
}

function definition(place, state, words) {
  const rule = state.queues.get(place.queue);
  const told = place.kind === "span" ? html`<code>${place.metric}${FORMULAS.has(place.metric) ? ` = ${FORMULAS.get(place.metric)}` : ""}</code>` : html`${words.define[place.figure]} <code>${METRIC_OF[place.figure]}</code>`;
  return html`<p class="dim definition">${told}${rule && place.figure === "service_level" ? html` <b>${words.within(rule.threshold_s)}</b>` : nothing}</p>
    ${FIGURES[place.figure].judged ? html`<p class="faint">${words.marks[place.figure] ?? nothing}</p>` : nothing}`;
}

function visits(place, rows, state, words, now) {
  if (rows.length === 0) return nothing;
  const judged = FIGURES[place.figure]?.judged;
  return html`<table class="visits"><thead><tr>
      ${judged ? html`<th><span class="unseen">${words.counted}</span></th>` : nothing}<th>${words.entered_at}</th><th>${words.caller}</th>
      ${place.queue ? nothing : html`<th>${words.queue}</th>`}<th class="right">${FIGURES[place.figure]?.took ? words.handling : words.wait}</th><th>${words.agent}</th><th>${words.outcome}</th></tr></thead>
    <tbody>${repeat(rows, (visit) => visit.id, (visit) => visitRow(visit, place, judged, state, words, now))}</tbody></table>`;
}

function visitRow(visit, place, judged, state, words, now) {
  const took = FIGURES[place.figure]?.took;
  const wait = took ? took(visit) : visit.wait_s ?? (visit.outcome === null ? Math.max(0, (now - new Date(visit.entered_at)) / 1000) : null);
  const queue = state.queues.get(visit.queue), worth = judged?.(visit, queue ?? NO_LIMIT);
  return html`<tr data-visit=${visit.id} data-worth=${worth ?? "counts"}>
    ${judged ? html`<td><span role="img" aria-label=${words.worth[worth]} title=${words.worth[worth]}>${MARKS[worth]}</span></td>` : nothing}
    <td class="n"><a href=${hrefOf("call", visit.call_id)}>${clock(visit.entered_at, now, words, state.timeZone)}</a></td>
    <td>${visit.vip ? html`<span role="img" aria-label=${words.vip}>★</span> ` : nothing}${visit.caller || words.withheld}</td>
    ${place.queue ? nothing : html`<td>${titleOf(queue?.titles ?? {}, queue?.title || visit.queue, words)}</td>`}
    <td class="n right">${wait === null ? "–" : span(wait)}</td>
    <td>${visit.agent_name || visit.agent || "–"}</td>
    <td>${words.outcomes[visit.outcome ?? "waiting"]}${visit.transfer ? html` · ${words.transfers[visit.transfer]}` : nothing}</td></tr>`;
}

// Calls that went through a step: where each is now, or how it ended.
function journeys(rows, state, words, now) {
  if (rows.length === 0) return nothing;
  const past = flowWordsOf(words);
  return html`<table class="visits"><thead><tr><th>${past.began}</th><th>${words.caller}</th><th>${past.dialled}</th><th>${past.last}</th><th>${words.outcome}</th></tr></thead>
    <tbody>${repeat(rows, (journey) => journey.id, (journey) => html`<tr data-journey=${journey.id}>
      <td class="n"><a href=${hrefOf("call", journey.call_id)}>${clock(journey.started_at, now, words, state.timeZone)}</a></td>
      <td>${journey.vip ? html`<span role="img" aria-label=${words.vip}>★</span> ` : nothing}${journey.caller || words.withheld}</td><td>${journey.number}</td><td>${journey.last_step ?? "–"}</td>
      <td>${journey.ended_at === null ? html`<b>${past.inside}</b>` : journey.outcome ?? "–"}</td></tr>`)}</tbody></table>`;
}

function timeLine(call, state, words) {
  if (call === null) return nothing;
  return html`<ol class="moments">${call.moments.map((moment) => html`<li data-part=${moment.part}>
    <span class="n">${clock(moment.at, call.moments[0].at, words, state.timeZone)}</span><span class="part">${words.parts[moment.part]}</span><span>${said(moment, state, words)}</span></li>`)}</ol>`;
}

function said(moment, state, words) {
  const facts = moment.facts, queue = state.queues.get(facts.queue), name = queue ? titleOf(queue.titles, queue.title || facts.queue, words) : facts.queue;
  const tell = words.moments[moment.what];
  if (!tell) return moment.what; // a newer server than this page
  return tell({
    ...facts, queue: name, seconds: decimal(facts.seconds, words), wait: facts.wait_s === null || facts.wait_s === undefined ? "" : span(facts.wait_s),
    talk: facts.talk_s === null || facts.talk_s === undefined ? "" : span(facts.talk_s), ending: words.outcomes[facts.outcome] ?? facts.outcome,
    ring: words.rings[facts.result] ?? facts.result, handed: facts.transfer ? words.transfers[facts.transfer] : "",
  });
}
