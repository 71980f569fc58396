// The tiles of a board: a figure with its level, or a view. Each is a function of what is known; nothing is kept here.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { CLOCK, decimal, span, titleOf } from "./format.js";
import { SHAPES } from "./words.js";
import { LEVEL_SHAPES } from "./wall-words.js";
import { within } from "./wall-state.js";

const PER_CENT = new Set(["connection_rate", "abandonment", "service_level", "service_level_asterisk"]);
const DURATIONS = new Set(["longest_wait", "expected_wait", "asa", "longest_today", "talk_time"]);
// What does not fit on a wall is counted: the first so many are shown.
const MOST_WAITERS = 8, MOST_QUEUES = 12, MOST_AGENTS = 24, MOST_CALLS = 8;
// Whoever can or must do something comes first.
const ORDER = ["ringing", "available", "wrap_up", "paused", "on_hold", "on_queue_call", "on_other_call", "unreachable", "signed_off"];

// `at` is how the page tells time: { now(), secondsSince(instant), clock(instant) }.
export function tile(it, told, board, state, words, wall, at) {
  const scope = it.queues ?? null;
  const title = Object.keys(it.title).length ? titleOf(it.title, it.show, words) : null;
  const views = { queues: queuesView, agents: agentsView, menus: menusView, seats: seatsView, clock: clockView };
  if (views[it.show]) return html`<section class="tile view" data-tile=${it.id} data-show=${it.show} data-wide=${it.wide}>${views[it.show]({ it, title, scope, board, state, words, wall, at })}</section>`;
  return figure(it, title ?? scopeTitle(it, board, state, words, wall), told ?? { value: null, level: "fine" }, words, wall, at);
}

// A figure of fewer queues than its board says which.
function scopeTitle(it, board, state, words, wall) {
  const own = JSON.stringify(it.queues) === JSON.stringify(board.queues) ? null : it.queues;
  const names = own?.map((name) => titleOf(state.queues.get(name)?.titles ?? {}, name, words)).join(" · ");
  return names ? `${wall.figures[it.show]} · ${names}` : wall.figures[it.show];
}

function figure(it, title, told, words, wall, at) {
  const value = told.growing_since ? at.secondsSince(told.growing_since) : told.value;
  const level = told.level ?? "fine";
  const shown = value === null ? "–" : DURATIONS.has(it.show) ? span(value) : decimal(value, words);
  const state = level === "fine" ? nothing : html`<span class="level"><span aria-hidden="true">${LEVEL_SHAPES[level]}</span> ${wall.levels[level]} <span class="n since">${wall.since(at.clock(told.since))}</span></span>`;
  return html`<section class="tile figure" data-tile=${it.id} data-show=${it.show} data-level=${level} data-wide=${it.wide} aria-label=${title}>
    <h2 title=${told.metric ?? it.show}>${title}</h2><div class="n value" data-long=${shown.length > 4}>${shown}${PER_CENT.has(it.show) && value !== null ? html`<small>%</small>` : nothing}</div><div class="foot" role="status">${state}</div></section>`;
}

function caller(board, who) { return board.callers === "hidden" ? "" : who; }
function star(words) { return html`<span role="img" aria-label=${words.vip}>★</span> `; }
// Its text is written by wall-fit.js, which knows what there is room for.
function more(count) { return html`<li class="more" data-rest=${Math.max(0, count)}></li>`; }

function queuesView({ title, scope, board, state, words, wall, at }) {
  const { queues } = within(scope, state);
  return html`<h2>${title ?? wall.view_queues}</h2><ul class="rows" data-fit="down">${repeat(queues.slice(0, MOST_QUEUES), (queue) => queue.name, (queue) => {
    const level = queue.figures.sl_negative, low = level !== null && level < queue.target * 100;
    return html`<li class="line" data-queue=${queue.name}><b class="name">${titleOf(queue.titles, queue.title || queue.name, words)}</b>
      <span class="n count" title=${words.waiting}>${queue.waiting.length}</span>
      <ol class="waiters" data-fit="across">${queue.waiting.length ? repeat(queue.waiting.slice(0, MOST_WAITERS), (who) => who.visit_id, (who) => html`<li class="waiter ${who.vip ? "vip" : ""} ${at.secondsSince(who.entered_at) > queue.threshold_s ? "late" : ""}" title=${caller(board, who.caller)}>${who.vip ? star(words) : nothing}${span(at.secondsSince(who.entered_at))}</li>`) : html`<li class="empty">${words.nobody_waits}</li>`}${more(queue.waiting.length - MOST_WAITERS)}</ol>
      <span class="n level-of ${low ? "late" : ""}" title=${words.service_level}>${decimal(level, words)} %</span></li>`;
  })}${queues.length ? nothing : html`<li class="empty">${words.no_queues}</li>`}${more(queues.length - MOST_QUEUES)}</ul>`;
}

function agentsView({ title, scope, board, state, words, at }) {
  const agents = within(scope, state).agents.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.id.localeCompare(b.id, "en", { numeric: true }));
  return html`<h2>${title ?? words.agents_title}</h2><ul class="people" data-fit="down">${repeat(agents.slice(0, MOST_AGENTS), (agent) => agent.id, (agent) => person(agent, board, words, at))}${agents.length ? nothing : html`<li class="empty">${words.no_agents}</li>`}${more(agents.length - MOST_AGENTS)}</ul>`;
}

function person(agent, board, words, at) {
  return html`<li class="person" data-agent=${agent.id} data-state=${agent.state} title="${agent.id} ${caller(board, agent.caller)}"><b><span class="shape" aria-hidden="true">${SHAPES[agent.state]}</span> ${agent.name || agent.id}</b>${doing(agent, words, at)}</li>`;
}

function doing(agent, words, at) {
  return html`<span class="st">${words.states[agent.state]} <span class="n">${agent.state === "signed_off" ? "" : span(at.secondsSince(agent.since))}</span></span>`;
}

function menusView({ title, board, state, words, at }) {
  const calls = [...state.calls.values()].sort((a, b) => new Date(a.since) - new Date(b.since));
  return html`<h2>${title ?? words.calls_title}<span class="n">${calls.length}</span></h2><ul class="rows" data-fit="down">${repeat(calls.slice(0, MOST_CALLS), (call) => call.call_id, (call) => html`
    <li class="line"><b class="name">${call.vip ? star(words) : nothing}${caller(board, call.caller) || "–"}</b><span>${call.flow}</span><span class="n">${span(at.secondsSince(call.since))}</span></li>`)}${calls.length ? nothing : html`<li class="empty">${words.nobody_calls}</li>`}${more(calls.length - MOST_CALLS)}</ul>`;
}

function seatsView({ it, title, state, words, wall, at }) {
  const across = Math.max(1, ...it.rows.map((row) => row.seats.length));
  return html`<h2>${title ?? words.agents_title}</h2><div class="floor">${it.rows.map((row) => Object.keys(row.heading).length ? html`<h3>${titleOf(row.heading, "", words)}</h3>`
    : html`<ul class="seats">${[...row.seats, ...Array(across - row.seats.length).fill({ agent: "", label: {} })].map((seat) => place(seat, state, words, wall, at))}</ul>`)}</div>`;
}

function place(seat, state, words, wall, at) {
  if (!seat.agent) return html`<li class="gangway">${titleOf(seat.label, "", words)}</li>`;
  const agent = state.agents.get(seat.agent);
  return agent ? html`<li class="person seat" data-agent=${agent.id} data-state=${agent.state}><b><span class="shape" aria-hidden="true">${SHAPES[agent.state]}</span> ${agent.name || agent.id}</b>${doing(agent, words, at)}</li>`
    : html`<li class="person seat" data-agent=${seat.agent} data-state="signed_off"><b><span class="shape" aria-hidden="true">${SHAPES.signed_off}</span> ${seat.agent}</b><span class="st">${words.states.signed_off}</span></li>`;
}

function clockView({ title, at }) {
  return html`${title ? html`<h2>${title}</h2>` : nothing}<div class="n value" data-long="true">${at.clock(at.now(), CLOCK)}</div>`;
}
