// The agents: as a panel beside the queues, and as a view of their own that groups, sorts, filters and searches. A card
// is made anew only when its agent changed; cards out of sight are not laid out (CSS: content-visibility).

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { guard } from "./vendor/lit-html/directives/guard.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { counting } from "./clocks.js";
import { hrefOf } from "./figures.js";
import { titleOf, whole } from "./format.js";
import { SHAPES } from "./words.js";

export const ORDER = ["ringing", "available", "on_queue_call", "on_other_call", "on_hold", "wrap_up", "paused", "unreachable", "signed_off"];
const SMALL_TEAM = 12, MOST_IN_PANEL = 60, DENSE = 120;

function queueTitle(name, state, words) {
  const queue = state.queues.get(name);
  return titleOf(queue?.titles ?? {}, queue?.title || name, words);
}

function agentCard(agent, { state, trends, words, act, acts }) {
  const queue = agent.queue ? queueTitle(agent.queue, state, words) : "", occupied = trends.occupancy(agent.id), kept = trends.adherence(agent.id);
  return guard([agent, words, queue, occupied, kept, acts], () => {
    const context = [agent.caller, queue, agent.reason].filter(Boolean).join(" · ");
    return html`<li class="agent" data-agent=${agent.id} data-state=${agent.state}>
      <a class="who" href=${hrefOf("agent", agent.id)} title="${agent.name} · ${agent.id}">${agent.name || agent.id}</a>${act("agent", { id: agent.id, who: agent.name || agent.id, queues: Object.keys(agent.queues) })}
      <span class="st"><span><span class="shape" aria-hidden="true">${SHAPES[agent.state]}</span> ${words.states[agent.state]}</span>${agent.state === "signed_off" ? nothing : counting(agent.since)}</span>
      <span class="ctx" title=${context}>${context}</span>
      <span class="did n">${agent.answered === null ? nothing : html`<span title=${words.taken_title}>✓ <span class="unseen">${words.taken_title} </span>${whole(agent.answered, words)}</span><span title=${words.missed}>✗ <span class="unseen">${words.missed} </span>${whole(agent.missed, words)}</span>`}${occupied === null ? nothing : html`<span title=${words.occupancy}><span class="unseen">${words.occupancy} </span>${whole(occupied, words)} %</span>`}${kept === null ? nothing : html`<span title=${words.adherence}>◷ <span class="unseen">${words.adherence} </span>${whole(kept, words)} %</span>`}</span></li>`;
  });
}

function cards(agents, context) {
  return html`<ul class="agents ${agents.length <= SMALL_TEAM ? "few" : ""} ${agents.length > DENSE ? "dense" : ""}">${repeat(agents, (agent) => agent.id, (agent) => agentCard(agent, context))}</ul>`;
}

const numbered = new Intl.Collator("en", { numeric: true }); // making one costs more than sorting by it

function byId(a, b) { return numbered.compare(a.id, b.id); }
function byState(a, b) { return ORDER.indexOf(a.state) - ORDER.indexOf(b.state); }

// --- the panel -------------------------------------------------------------------------------------------------------

export function agentsPanel(context) {
  const { state, words, linkTo } = context, all = [...state.agents.values()], rest = all.length - MOST_IN_PANEL;
  const shown = rest > 0 ? all.sort((a, b) => byState(a, b) || byId(a, b)).slice(0, MOST_IN_PANEL) : all.sort(byId);
  return html`<section class="panel" aria-label=${words.agents_title}><h2>${words.agents_title}<span class="legend">${legend(all, words, linkTo)}</span></h2>
    ${shown.length ? cards(shown, context) : html`<p class="empty">${words.no_agents}</p>`}
    ${rest > 0 ? html`<a class="more" href=${linkTo({ view: "agents" })}>+${whole(rest, words)} ${words.agents_title}</a>` : nothing}</section>`;
}

function legend(agents, words, linkTo) {
  return ORDER.map((name) => [name, agents.filter((agent) => agent.state === name).length]).filter(([, count]) => count)
    .map(([name, count]) => html`<a data-state=${name} href=${linkTo({ view: "agents", state: name })}><span class="shape" aria-hidden="true">${SHAPES[name]}</span> ${words.states[name]} <b class="n">${whole(count, words)}</b></a>`);
}

// --- the view --------------------------------------------------------------------------------------------------------

// Instants of one server are written alike, so that their texts sort as they do.
function bySince(a, b) { return a.since < b.since ? -1 : Number(a.since > b.since); }

const SORTS = {
  state: (a, b) => byState(a, b) || bySince(a, b),
  time: bySince,
  name: (a, b, { collator }) => collator.compare(a.name || a.id, b.name || b.id),
  occupancy: (a, b, { trends }) => (trends.occupancy(b.id) ?? -1) - (trends.occupancy(a.id) ?? -1),
  answered: (a, b) => (b.answered ?? -1) - (a.answered ?? -1), // null: of one who works in other queues, too
};

const collators = new Map();

// The agents of a view, in its order. Pure.
export function chosen(agents, view, { trends, words }) {
  const sought = view.q.trim().toLocaleLowerCase(), states = view.state ? view.state.split(",") : null;
  if (!collators.has(words.locale)) collators.set(words.locale, new Intl.Collator(words.locale, { numeric: true }));
  const given = { trends, collator: collators.get(words.locale) }, compare = SORTS[view.sort];
  return agents.filter((agent) => (!states || states.includes(agent.state)) && (!view.queue || Object.hasOwn(agent.queues, view.queue)) && (!sought || `${agent.name} ${agent.id} ${agent.reason}`.toLocaleLowerCase().includes(sought)))
    .sort((a, b) => compare(a, b, given) || byId(a, b));
}

// Cards that moved with every change could not be read, and cost the most: they take new places once a second, and at
// once when the view, the language or the team changes. What a card says is never old.
const KEPT_MS = 900;
let kept = { view: null, words: null, size: 0, at: 0, ids: [] };

function inOrder(state, view, context) {
  const now = performance.now();
  if (kept.view !== view || kept.words !== context.words || kept.size !== state.agents.size || now - kept.at > KEPT_MS) {
    kept = { view, words: context.words, size: state.agents.size, at: now, ids: chosen([...state.agents.values()], view, context).map((agent) => agent.id) };
  }
  return kept.ids.map((id) => state.agents.get(id)).filter(Boolean);
}

function groupsOf(agents, view, state, words) {
  if (view.group === "state") return ORDER.map((name) => [name, `${SHAPES[name]} ${words.states[name]}`, agents.filter((agent) => agent.state === name)]);
  const names = view.queue ? [view.queue] : [...state.queues.keys()], rest = agents.filter((agent) => !names.some((name) => Object.hasOwn(agent.queues, name)));
  return [...names.map((name) => [name, queueTitle(name, state, words), agents.filter((agent) => Object.hasOwn(agent.queues, name))]), ["", words.no_queue, rest]];
}

export function agentsView(view, context) {
  const { state, words, change } = context, all = [...state.agents.values()], found = inOrder(state, view, context);
  const body = view.group === "none" ? cards(found, context) : groupsOf(found, view, state, words).filter(([, , members]) => members.length)
    .map(([name, title, members]) => html`<section class="group-of" data-group=${name}><h3>${title} <span class="n">${whole(members.length, words)}</span></h3>${cards(members, context)}</section>`);
  return html`<section class="panel agents-view" aria-label=${words.agents_title}>
    <h2>${words.agents_title} <span class="n" role="status">${words.shown(whole(found.length, words), whole(all.length, words))}</span></h2>
    <form role="search" @submit=${(event) => event.preventDefault()}>
      <input type="search" name="q" .value=${view.q} placeholder=${words.search} aria-label=${words.search} @input=${(event) => change({ q: event.target.value })}>
      ${select("queue", words.queue, view.queue, [["", words.every_queue], ...[...state.queues.keys()].map((name) => [name, queueTitle(name, state, words)])], change)}
      ${select("group", words.group_by, view.group, Object.entries(words.groups), change)}${select("sort", words.sort_by, view.sort, Object.entries(words.sorts), change)}
      <span class="chips" role="group" aria-label=${words.state}>${ORDER.map((name) => chip(name, all, view, words, change))}</span>
    </form>
    ${found.length ? body : html`<p class="empty">${all.length ? words.no_match : words.no_agents}</p>`}</section>`;
}

function select(name, label, value, options, change) {
  return html`<label>${label} <select name=${name} .value=${value} @change=${(event) => change({ [name]: event.target.value })}>${options.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}</select></label>`;
}

function chip(name, all, view, words, change) {
  const states = view.state ? view.state.split(",") : [], on = states.includes(name);
  const toggled = ORDER.filter((other) => (other === name ? !on : states.includes(other)));
  return html`<button type="button" data-state=${name} aria-pressed=${on} @click=${() => change({ state: toggled.join(",") })}><span class="shape" aria-hidden="true">${SHAPES[name]}</span> ${words.states[name]} <span class="n">${whole(all.filter((agent) => agent.state === name).length, words)}</span></button>`;
}
