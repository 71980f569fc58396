// The overview: a band of summary tiles and a card per queue. What it shows is a page: which queues, which tiles.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { bar, change, delta, gradeOf, growth, sparkline } from "./charts.js";
import { counting } from "./clocks.js";
import { hrefOf } from "./figures.js";
import { decimal, languageOf, span, titleOf, whole } from "./format.js";
import { SHAPES } from "./words.js";

// A card that grew without end would push the others off the screen; what is not shown is counted, and a click away.
const MOST_WAITERS = 12;

// What an agent does for a queue, with the states it stands for.
export const DOING = { available: "available", ringing: "ringing", talking: "on_queue_call", wrap_up: "wrap_up", paused: "paused", away: "signed_off" };
const STATES_OF = { available: ["available"], ringing: ["ringing"], talking: ["on_queue_call", "on_other_call", "on_hold"], wrap_up: ["wrap_up"], paused: ["paused"], away: ["signed_off", "unreachable"] };

// All queues and all tiles; a page of some of them names them: {queues: ["general"], tiles: ["waiting", "longest"]}.
export const EVERYTHING = { queues: null, tiles: null };

// --- the band --------------------------------------------------------------------------------------------------------

const ALARMS = { near: "is-warn", bad: "is-bad" };

// A figure that can be opened is a link to what it is made of.
function tile(name, label, value, unit, foot, { alarm = "", moved = nothing } = {}) {
  return html`<div class="kpi ${alarm}" data-tile=${name}><div class="label"><span>${label}</span>${moved}</div><a class="n big" href=${hrefOf(name)} aria-label="${label} ${value}${unit}">${value}${unit ? html`<small>${unit}</small>` : nothing}</a><div class="foot">${foot}</div></div>`;
}

// A share against its target: short of it, the tile says so by colour, shape and word.
function share(name, label, level, target, moved, words) {
  const grade = gradeOf(level, target), short = grade === "near" || grade === "bad";
  const against = target === null || target === undefined ? nothing : html`${short ? html`<b class="why">▼ ${words.below_target}</b>` : words.target} <b class="n">${decimal(target, words)} %</b>`;
  return tile(name, label, decimal(level, words), "%", against, { alarm: ALARMS[grade] ?? "", moved });
}

export const TILES = {
  waiting({ waiting, late, words }) {
    return tile("waiting", words.waiting, whole(waiting.length, words), "", late ? html`<b class="why">▲ ${words.too_long(late)}</b>` : words.in_all_queues, { alarm: late ? "is-warn" : "" });
  },
  longest({ waiting, seconds, late, today, words }) {
    return tile("longest", words.longest, span(Math.max(0, ...waiting.map((caller) => seconds(caller.entered_at)))), "", html`${words.longest_today} <b class="n">${today ? span(today.longest_wait_s) : "–"}</b>`, { alarm: late ? "is-warn" : "" });
  },
  answered({ today, figures, trend, words }) {
    return tile("answered", words.answered, count(today?.answered, words), "", html`${words.entered} <b class="n">${count(today?.entered, words)}</b> · ${words.asa_short} <b class="n">${count(figures?.asa_s, words)}</b>&nbsp;${words.seconds}`, { moved: delta(growth(trend, "answered"), " %", 0, words) });
  },
  abandoned({ today, trend, words }) {
    return tile("abandoned", words.abandoned, count(today?.abandoned, words), "", words.short(today?.short_abandoned ?? 0), { moved: delta(change(trend, "abandoned"), "", -1, words) });
  },
  service_level({ figures, target, trend, words }) {
    return share("service_level", words.service_level, figures?.sl_negative ?? null, target, delta(change(trend, "sl_negative"), "", 1, words), words);
  },
  connection_rate({ figures, connectionTarget, trend, words }) {
    return share("connection_rate", words.connection_rate, figures?.connection_rate ?? null, connectionTarget, delta(change(trend, "connection_rate"), "", 1, words), words);
  },
  agents({ agents, waiting, words, linkTo }) {
    const of = (doing) => agents.filter((agent) => STATES_OF[doing].includes(agent.state)).length, free = of("available"), none = agents.length > 0 && !free && waiting.length > 0;
    return html`<div class="kpi wide ${none ? "is-bad" : ""}" data-tile="agents"><div class="label"><span>${words.agents_title}</span>${none ? html`<b class="why">▲ ${words.nobody_free}</b>` : nothing}<span class="n">${whole(agents.length, words)}</span></div>
      <ul class="doing">${Object.entries(DOING).map(([doing, state]) => html`<li data-state=${state}><a href=${linkTo({ view: "agents", state: STATES_OF[doing].join(",") })}><b class="n">${whole(of(doing), words)}</b><span><span aria-hidden="true">${SHAPES[state]}</span> ${words.states[state]}</span></a></li>`)}</ul></div>`;
  },
};

function count(value, words) { return value === undefined || value === null ? "–" : whole(value, words); }

// Callers who wait longer than their queue allows.
export function lateOf(queue, seconds) { return queue.waiting.filter((caller) => seconds(caller.entered_at) > queue.threshold_s); }

export function band(page, { state, seconds, trends, words, linkTo }) {
  const queues = queuesOf(page, state), overall = state.overall;
  const scope = {
    words, seconds, linkTo, waiting: queues.flatMap((queue) => queue.waiting), late: queues.reduce((sum, queue) => sum + lateOf(queue, seconds).length, 0),
    agents: [...state.agents.values()], today: overall?.today, figures: overall?.figures, trend: trends.of(null),
    target: percent(overall?.target), connectionTarget: percent(state.connectionTarget),
  };
  return html`<section class="kpis" aria-label=${words.summary}>${(page.tiles ?? Object.keys(TILES)).filter((name) => Object.hasOwn(TILES, name)).map((name) => TILES[name](scope))}</section>`;
}

function percent(share) { return share === null || share === undefined ? null : share * 100; }

export function queuesOf(page, state) {
  return page.queues === null ? [...state.queues.values()] : page.queues.map((name) => state.queues.get(name)).filter(Boolean);
}

// --- the cards -------------------------------------------------------------------------------------------------------

export function queueCards(page, context) {
  const queues = queuesOf(page, context.state);
  return html`<section class="queues" aria-label=${context.words.queues_title}>${queues.length ? repeat(queues, (queue) => queue.name, (queue) => queueCard(queue, context)) : html`<p class="empty">${context.words.no_queues}</p>`}</section>`;
}

function queueCard(queue, { seconds, trends, words, linkTo, state, act }) {
  const { today, figures } = queue, trend = trends.of(queue.name), late = lateOf(queue, seconds).length, target = percent(queue.target);
  const level = figures.sl_negative, grade = gradeOf(level, target), title = titleOf(queue.titles, queue.title || queue.name, words);
  const figure = (name, label, value, unit = "", text = name) => html`<a class="fig small" href=${hrefOf(name, queue.name)} aria-label="${title}: ${label} ${value}${unit}"><b class="n v"><span data-figure=${text}>${value}</span>${unit ? html`<small>${unit}</small>` : nothing}</b><span class="t">${label}</span></a>`;
  return html`<article class="queue ${late ? "is-bad" : ""}" data-queue=${queue.name} aria-label=${title}>
    <h2><span class="title">${title}</span>${late ? html`<span class="alarm">▲ ${words.too_long(late)}</span>` : nothing}<span class="name">${queue.name}</span></h2>
    <div class="row">
      <a class="fig" href=${hrefOf("waiting", queue.name)}><b class="n v big" data-figure="waiting">${whole(queue.waiting.length, words)}</b><span class="t">${words.waiting}</span></a>
      <a class="fig" href=${hrefOf("longest", queue.name)}>${longest(queue)}<span class="t">${words.longest}</span></a>
      <a class="trend" href=${hrefOf("entered", queue.name)} aria-label="${words.entered} ${today.entered}">${sparkline(trend, words)}<span class="t">${words.entered} <b class="n">${whole(today.entered, words)}</b> ${delta(growth(trend, "entered"), " %", 0, words)}</span></a>
    </div>
    ${waiters(queue, seconds, words, act)}
    <div class="row figures">
      ${figure("answered", words.answered, whole(today.answered, words))}${figure("abandoned", words.abandoned, whole(today.abandoned, words))}
      ${figure("connection_rate", words.connection_rate, decimal(figures.connection_rate, words), "%", "connection-rate")}
      ${figure("asa", words.asa_short, decimal(figures.asa_s, words), words.seconds)}${figure("aht", words.aht_short, trend?.aht_s ? span(trend.aht_s) : "–")}
    </div>
    <div class="sl" data-grade=${grade}><a href=${hrefOf("service_level", queue.name)} aria-label="${title}: ${words.service_level} ${decimal(level, words)} %, ${words.target} ${decimal(target, words)} %"><span>${words.service_level} · ${words.within(queue.threshold_s)}</span><span><b class="n"><span data-figure="service-level">${decimal(level, words)}</span> %</b> <span class="faint">${grade === "near" || grade === "bad" ? `▼ ${words.target}` : words.target} ${decimal(target, words)}</span> ${delta(change(trend, "sl_negative"), "", 1, words)}</span></a>
      ${bar(level, target, `${words.service_level} ${decimal(level, words)} %`)}</div>
    <ul class="doing small">${Object.entries(DOING).map(([doing, shown]) => html`<li data-state=${shown} class=${queue.members[doing] ? "" : "none"}><a href=${linkTo({ view: "agents", queue: queue.name, state: STATES_OF[doing].join(",") })} title=${words.states[shown]}><span aria-hidden="true">${SHAPES[shown]}</span> <b class="n">${whole(queue.members[doing], words)}</b> <span>${words.states[shown]}</span></a></li>`)}</ul>
  </article>`;
}

function longest(queue) {
  if (queue.waiting.length === 0) return html`<b class="n v" data-figure="longest">0:00</b>`;
  return html`<span class="v">${counting(Math.min(...queue.waiting.map((caller) => new Date(caller.entered_at).getTime())), "longest")}</span>`;
}

function waiters(queue, seconds, words, act) {
  if (queue.waiting.length === 0) return html`<p class="empty waiters">${words.nobody_waits}</p>`;
  const line = [...queue.waiting].sort((a, b) => a.position - b.position || new Date(a.entered_at) - new Date(b.entered_at)), rest = line.length - MOST_WAITERS;
  return html`<ol class="waiters">${repeat(line.slice(0, MOST_WAITERS), (caller) => caller.visit_id, (caller) => html`
    <li data-visit=${caller.visit_id} class="waiter ${caller.vip ? "vip" : ""} ${seconds(caller.entered_at) > queue.threshold_s ? "late" : ""}"><span class="n place" title=${words.position(caller.position)}>${caller.position}</span>${caller.vip ? html`<span role="img" aria-label=${words.vip} title=${words.vip}>★</span>` : nothing}<span class="who" title=${caller.caller || words.withheld}>${caller.caller_name || caller.caller || words.withheld}</span>${caller.language ? html`<span class="tongue" title=${languageOf(caller.language, words)}>${caller.language.split("-")[0]}</span>` : nothing}${counting(caller.entered_at)}${act("caller", { visit: caller.visit_id, who: caller.caller_name || caller.caller || words.withheld, queues: [queue.name] })}</li>`)}${rest > 0 ? html`<li class="waiter more"><a href=${hrefOf("waiting", queue.name)}>+${whole(rest, words)}</a></li>` : nothing}</ol>`;
}
