// The board: state in, picture out, once per change and once per second for the clocks.

import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { drawer } from "./drawer.js";
import { hrefOf } from "./figures.js";
import { CLOCK, decimal, span, time as timeIn, titleOf } from "./format.js";
import { link } from "./link.js";
import { hear, NOTHING } from "./state.js";
import { LANGUAGES, preferredLanguage, SHAPES, wordsOf } from "./words.js";

let state = NOTHING;
let lostAt = new Date(); // since when this browser itself hears nothing; null while it does
let clockOffset = 0; // the server's clock less ours, in ms: waits are the same on every screen
let heardAt = performance.now();
let language = preferredLanguage(read("language") ?? new URLSearchParams(location.search).get("lang"), navigator.language);
let theme = read("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");

const opened = drawer({ onChange: () => draw(), now: () => now() });
link({
  onMessage(message) {
    state = hear(state, message);
    if (message.type === "change") opened.heard(message.queues.map((queue) => queue.name));
    if (message.type === "hello") opened.heard(null);
    clockOffset = new Date(message.at) - Date.now();
    heardAt = performance.now();
    lostAt = null;
    draw();
  },
  onLost() {
    lostAt ??= new Date(now());
    draw();
  },
});
setInterval(() => { opened.tick(state); draw(); }, 1000);

// --- small things ----------------------------------------------------------------------------------------------------

function read(name) { try { return localStorage.getItem(`hotline.${name}`); } catch { return null; } }
function keep(name, value) { try { localStorage.setItem(`hotline.${name}`, value); } catch { /* a kiosk without storage still works */ } }
function now() { return Date.now() + clockOffset; }
// Waits stop growing where our knowledge stops: a clock that runs on old facts would look alive.
function secondsSince(instant) { const stand = standing(); return Math.max(0, Math.floor(((isStale(stand) && stand.since ? new Date(stand.since).getTime() : now()) - new Date(instant)) / 1000)); }
function time(instant, words, options) { return timeIn(instant, words, state.timeZone, options); }

// --- how true the numbers are ----------------------------------------------------------------------------------------

function standing() {
  if (lostAt !== null && state.seq !== null) return { truth: "lost", since: lostAt };
  return state.standing;
}

function isStale({ truth }) { return truth === "lost" || truth === "blind"; }

function standingBadge({ truth, since }, words) {
  const label = truth === "lost" && since === null ? words.never : words[truth];
  const stamp = truth === "live" || since === null ? "" : ` · ${words.since(time(since, words, CLOCK))}`;
  return html`<span class="standing" role="status" data-truth=${truth}><i></i>${label}${stamp}</span>`;
}

function banner({ truth, since }, words) {
  if (truth === "live") return html`<div hidden></div>`;
  const label = truth === "lost" && since === null ? words.never : words[truth];
  const why = truth === "lost" && since === null ? words.explain_never : words[`explain_${truth}`];
  const stamp = since === null ? nothing : html`<span class="n">${words.since(time(since, words, CLOCK))}</span>`;
  return html`<div class="banner" role="alert" data-truth=${truth}><b>${label}</b>${stamp}<span>${why}</span></div>`;
}

// --- the parts of the page -------------------------------------------------------------------------------------------

// A card that grew without end would push the others off the screen; what is not shown is counted.
const MOST_WAITERS = 40, MOST_CALLS = 12;
function rest(count, kind) { return count > 0 ? html`<li class=${kind}>+${count}</li>` : nothing; }
function star(words) { return html`<span role="img" aria-label=${words.vip}>★</span> `; }

function head(words, stand) {
  return html`<header>
    <h1 tabindex="-1">${titleOf(state.title, "hotline", words)}</h1><span class="dim">${words.all_queues}</span>
    <div class="right">
      ${standingBadge(stand, words)}
      <span class="dim">${time(now(), words, { month: "long", day: "numeric", weekday: "short" })}</span>
      <span class="clock n">${time(now(), words, CLOCK)}</span>
      <span class="group" role="group" aria-label=${words.language}>${Object.entries(LANGUAGES).map(([code, label]) => html`
        <button type="button" aria-pressed=${code === language} @click=${() => { language = code; keep("language", code); draw(); }}>${label}</button>`)}</span>
      <button type="button" title=${words.theme} aria-label=${words.theme} @click=${() => { theme = theme === "dark" ? "light" : "dark"; keep("theme", theme); draw(); }}>${theme === "dark" ? "☾" : "☀"}</button>
    </div></header>`;
}

// A figure that can be opened is a link to what it is made of.
function tile(label, value, unit, foot, { alarm = "", opens = null } = {}) {
  const figure = html`${value}${unit ? html`<small>${unit}</small>` : nothing}`;
  return html`<div class="kpi ${alarm}"><div class="label">${label}</div><div class="n big">${opens ? html`<a href=${hrefOf(opens)} aria-label="${label} ${value}${unit}">${figure}</a>` : figure}</div><div class="foot">${foot}</div></div>`;
}

function tiles(words) {
  const queues = [...state.queues.values()], agents = [...state.agents.values()];
  const waiting = queues.flatMap((queue) => queue.waiting), longest = Math.max(0, ...waiting.map((caller) => secondsSince(caller.entered_at)));
  const today = state.overall?.today, figures = state.overall?.figures;
  const count = (...states) => agents.filter((agent) => states.includes(agent.state)).length;
  const free = count("available"), late = queues.some((queue) => queue.waiting.some((caller) => secondsSince(caller.entered_at) > queue.threshold_s));
  return html`<section class="kpis">
    ${tile(words.waiting, waiting.length, "", html`${words.longest} <b class="n">${span(longest)}</b>`, { alarm: late ? "is-warn" : "", opens: "waiting" })}
    ${tile(words.connection_rate, decimal(figures?.connection_rate, words), "%", html`${words.answered} <b class="n">${today?.answered ?? "–"}</b> · ${words.entered} <b class="n">${today?.entered ?? "–"}</b>`, { opens: "connection_rate" })}
    ${tile(words.service_level, decimal(figures?.sl_negative, words), "%", html`Asterisk <b class="n">${decimal(figures?.sl_asterisk, words)}</b> %`, { opens: "service_level" })}
    ${tile(words.asa, decimal(figures?.asa_s, words), words.seconds, html`${words.longest_today} <b class="n">${span(today?.longest_wait_s ?? 0)}</b>`, { opens: "asa" })}
    ${tile(words.abandoned, today?.abandoned ?? "–", "", words.short(today?.short_abandoned ?? 0), { opens: "abandoned" })}
    ${tile(words.available, free, words.of_agents(agents.length), html`${words.talking} <b class="n">${count("on_queue_call", "on_other_call", "on_hold")}</b> · ${words.states.wrap_up} <b class="n">${count("wrap_up")}</b> · ${words.states.paused} <b class="n">${count("paused")}</b>`, { alarm: agents.length && !free && waiting.length ? "is-bad" : "" })}
  </section>`;
}

function queueCard(queue, words) {
  const longest = Math.max(0, ...queue.waiting.map((caller) => secondsSince(caller.entered_at)));
  const level = queue.figures.sl_negative, target = queue.target * 100, bad = longest > queue.threshold_s;
  return html`<article class="queue ${bad ? "is-bad" : ""}" data-queue=${queue.name}>
    <h2>${titleOf(queue.titles, queue.title || queue.name, words)}<span>${queue.name}</span></h2>
    <div class="row">
      <a class="fig" href=${hrefOf("waiting", queue.name)}><b class="n v big" data-figure="waiting">${queue.waiting.length}</b><span class="t">${words.waiting}</span></a>
      <a class="fig" href=${hrefOf("longest", queue.name)}><b class="n v" data-figure="longest">${span(longest)}</b><span class="t">${words.longest}</span></a>
      <a class="fig small" href=${hrefOf("answered", queue.name)}><b class="n v" data-figure="answered">${queue.today.answered}</b><span class="t">${words.answered}</span></a>
      <a class="fig small" href=${hrefOf("abandoned", queue.name)}><b class="n v" data-figure="abandoned">${queue.today.abandoned}</b><span class="t">${words.abandoned}</span></a>
      <a class="fig small" href=${hrefOf("asa", queue.name)}><b class="n v">${decimal(queue.figures.asa_s, words)}</b><span class="t" title=${words.asa}>${words.asa_short} · ${words.seconds}</span></a>
    </div>
    <ol class="waiters">${queue.waiting.length === 0 ? html`<li class="empty">${words.nobody_waits}</li>` : repeat(queue.waiting.slice(0, MOST_WAITERS), (caller) => caller.visit_id, (caller) => html`
      <li class="waiter ${caller.vip ? "vip" : ""} ${secondsSince(caller.entered_at) > queue.threshold_s ? "late" : ""}" title="${words.position(caller.position)} · ${caller.caller} · ${caller.language}">${caller.vip ? star(words) : nothing}${span(secondsSince(caller.entered_at))}</li>`)}${rest(queue.waiting.length - MOST_WAITERS, "waiter more")}</ol>
    <div class="sl"><span>${words.service_level} · ${words.within(queue.threshold_s)}</span><b class="n"><a href=${hrefOf("service_level", queue.name)} aria-label="${words.service_level} ${decimal(level, words)} %"><span data-figure="service-level">${decimal(level, words)}</span> %</a> <span class="faint">${words.target} ${decimal(target, words)}</span></b>
      ${level === null ? nothing : html`<meter min="0" max="100" low=${target * 0.9} high=${target} optimum="100" .value=${level} aria-label=${words.service_level}></meter>`}</div>
  </article>`;
}

function agentCard(agent, words) {
  const queue = agent.queue ? titleOf(state.queues.get(agent.queue)?.titles ?? {}, agent.queue, words) : "";
  const context = [agent.caller, queue, agent.reason].filter(Boolean).join(" · ") || words.taken(agent.answered, agent.missed);
  return html`<li class="agent" data-agent=${agent.id} data-state=${agent.state}>
    <a class="who" href=${hrefOf("agent", agent.id)} title="${agent.name} · ${agent.id}">${agent.name || agent.id}</a>
    <span class="st"><span><span aria-hidden="true">${SHAPES[agent.state]}</span> ${words.states[agent.state]}</span><b class="n">${agent.state === "signed_off" ? "" : span(secondsSince(agent.since))}</b></span>
    <span class="ctx" title=${context}>${context}</span></li>`;
}

const SMALL_TEAM = 12;
const ORDER = ["ringing", "available", "on_queue_call", "on_other_call", "on_hold", "wrap_up", "paused", "unreachable", "signed_off"];

function agentsPanel(words) {
  const agents = [...state.agents.values()].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
  const legend = ORDER.map((name) => [name, agents.filter((agent) => agent.state === name).length]).filter(([, count]) => count);
  return html`<section class="panel" aria-label=${words.agents_title}><h2>${words.agents_title}<span class="legend">${legend.map(([name, count]) => html`<span data-state=${name}>${SHAPES[name]} ${words.states[name]} ${count}</span>`)}</span></h2>
    ${agents.length ? html`<ul class="agents ${agents.length <= SMALL_TEAM ? "few" : ""}">${repeat(agents, (agent) => agent.id, (agent) => agentCard(agent, words))}</ul>` : html`<p class="empty">${words.no_agents}</p>`}</section>`;
}

function callsPanel(words) {
  const calls = [...state.calls.values()].sort((a, b) => new Date(a.since) - new Date(b.since));
  return html`<section class="panel" aria-label=${words.calls_title}><h2>${words.calls_title}<span>${words.callers(calls.length)}</span></h2>
    ${calls.length ? html`<ul class="calls">${repeat(calls.slice(0, MOST_CALLS), (call) => call.call_id, (call) => html`
      <li><a href=${hrefOf("call", call.call_id)}>${call.vip ? star(words) : nothing}${call.caller || "–"}</a><span>${call.number} ${call.flow}</span><span>${call.language}</span><b class="n">${span(secondsSince(call.since))}</b></li>`)}${rest(calls.length - MOST_CALLS, "more")}</ul>` : html`<p class="empty">${words.nobody_calls}</p>`}</section>`;
}

function foot(words, stand) {
  // The age of the numbers, not of the last message: a wallboard that has lost its bridge goes on talking to us.
  const age = Math.floor((isStale(stand) && stand.since ? now() - new Date(stand.since) : performance.now() - heardAt) / 1000);
  return html`<footer><span>${words.node} <b>${state.node ?? "–"}</b></span><span>${words.formula}</span><span class="last n">${state.seq === null || stand.since === null ? nothing : words.updated(Math.max(0, age))}</span></footer>`;
}

// A mistake in the drawer must not stop the board behind it.
function drawn(words, stand) {
  try {
    return opened.view(state, words, isStale(stand) ? banner(stand, words) : nothing);
  } catch (wrong) {
    console.warn("the drawer:", wrong.message);
    return html`<aside class="drawer"><p class="problem" role="alert">${words.problems?.other ?? wrong.message}</p></aside>`;
  }
}

function draw() {
  const words = wordsOf(language), stand = standing(), queues = [...state.queues.values()];
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = theme;
  document.title = titleOf(state.title, "hotline", words);
  document.body.dataset.stale = String(isStale(stand));
  render(html`${head(words, stand)}${banner(stand, words)}${tiles(words)}
    <main>
      <div class="col">
        <section class="queues" aria-label=${words.queues_title}>${queues.length ? repeat(queues, (queue) => queue.name, (queue) => queueCard(queue, words)) : html`<p class="empty">${words.no_queues}</p>`}</section>
        ${callsPanel(words)}
      </div>
      <div class="col">${agentsPanel(words)}</div>
    </main>${foot(words, stand)}${drawn(words, stand)}`, document.body);
}
