// The history: metrics of any range by interval, beside another range, each figure a link to its visits. What is shown is
// in the address; the figures are the reports' own (/api/v1/history), asked anew each minute while the range goes on.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { guard } from "./vendor/lit-html/directives/guard.js";
import { FORMULAS, hrefOfSpan } from "./figures.js";
import { time, titleOf, whole } from "./format.js";
import { chart, intervalOf, labelOf } from "./history-chart.js";
import { automatic, DEFAULT, LENGTHS, told, withoutTheFuture, wordsOfQuestion } from "./history-question.js";
import { pastWordsOf } from "./history-words.js";
import { ours } from "./root.js";
import { isStale } from "./truth.js";

const EACH_MS = 60_000, AFTER_FAILURE_MS = 10_000, TIMEOUT_MS = 20_000, MOST_ROWS = 48;

export function historyView({ onChange, now }) {
  let key = null, answer = null, problem = null, asking = false, dueAt = 0, asked = 0, cursor = null, choices = null, everyRow = false, answered = null, stood = "", lives = false;

  async function ask(question, goesOn) {
    const mine = ++asked;
    asking = true;
    let found = null, wrong = null;
    try {
      const response = await fetch(ours(`api/v1/history?${question}`), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      found = await response.json();
      if (!response.ok) wrong = found.error;
    } catch {
      wrong = { code: "no_answer", message: "" };
    }
    if (mine !== asked) return; // something else is asked for meanwhile
    asking = false;
    problem = wrong;
    if (wrong === null) { answer = withoutTheFuture(found); answered = question; for (const metric of found.metrics) FORMULAS.set(metric.name, metric.formula); }
    const settled = wrong !== null && !goesOn && !["no_answer", "store_unavailable"].includes(wrong.code); // asking again would change nothing
    dueAt = settled || (wrong === null && !goesOn) ? Infinity : performance.now() + (wrong === null ? EACH_MS : AFTER_FAILURE_MS) * (0.8 + Math.random() * 0.4);
    onChange();
  }

  async function askChoices() {
    if (choices !== null) return;
    choices = [];
    try { choices = (await (await fetch(ours("api/v1/history/metrics"), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) })).json()).metrics; } catch { choices = null; }
    onChange();
  }

  function point(place) { if (cursor !== place) { cursor = place; onChange(); } }

  function look(view, today, standing) {
    const stands = `${standing.truth} ${standing.since}`;
    if (stands !== stood && lives) dueAt = 0; // what is seen from now on, or no longer, is shown at once
    stood = stands;
    const question = wordsOfQuestion(view, today), wanted = `${question}`;
    if (wanted === key && (asking || performance.now() < dueAt)) return question;
    if (wanted !== key) { key = wanted; cursor = null; everyRow = false; }
    dueAt = Infinity;
    lives = question.get("to") === "now" || Date.parse(question.get("to")) > now();
    ask(wanted, lives);
    return question;
  }

  return {
    view(view, context) {
      const { state, words, change, linkTo } = context, past = pastWordsOf(words), today = dayOf(now(), state.timeZone);
      const question = state.seq === null ? null : look(view, today, state.standing); // the hotline's zone is known with the first message
      return html`${controls(view, today, question, { state, words, past, change, choices, askChoices, may: context.may })}
        ${problem === null ? nothing : html`<p class="panel problem" role="alert">${past.problems[problem.code] ?? problem.message}</p>`}
        ${answer === null ? (problem === null ? html`<p class="dim" role="status">${words.loading}</p>` : nothing) : shown(view, { state, words, past, linkTo, change })}`;
    },
  };

  function shown(view, { state, words, past, linkTo, change }) {
    const { range } = answer, zone = answer.time_zone, blindSince = blindIn(answer, state, now());
    const href = (metric) => (place) => hrefOfSpan(range.begins[place], range.ends[place], metric.name, answer.queue);
    const targets = { sl_negative: (answer.queue ? state.queues.get(answer.queue)?.target : state.overall?.target) ?? null, connection_rate: state.connectionTarget };
    const gaps = [...answer.unseen.map(({ from, to }) => [from, to]), ...(blindSince === null ? [] : [[blindSince, now()]])], thisYear = dayOf(now(), zone).slice(0, 4);
    const stamp = (at) => time(at, words, zone, { ...(at.slice?.(0, 4) === thisYear || typeof at === "number" ? {} : { year: "numeric" }), month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
    return html`<p class="dim told" role="status">${answered !== key && problem === null ? words.loading : html`${stamp(range.from)} – ${stamp(range.to)} · ${past.as_of(time(answer.at, words, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }))}${answer.against ? html` · <span class="key"><span><i class="then"></i>${past.then} ${stamp(answer.against.from)} – ${stamp(answer.against.to)}${answer.against.is_empty ? ` · ${past.nobody_then}` : ""}</span></span>` : nothing}`}</p>
      ${range.is_empty ? html`<p class="panel nobody" role="status">${Date.parse(range.from) >= Date.parse(answer.at) ? past.ahead : past.nobody}</p>` : nothing}
      ${gaps.length || range.unseen_ends.some(Boolean) ? html`<p class="gaps"><b>▨ ${past.unseen}</b> ${gaps.slice(0, 6).map(([from, to]) => html`<span class="n">${stamp(from)} – ${stamp(to)}</span>`)}${gaps.length > 6 ? html`<span>+${whole(gaps.length - 6, words)}</span>` : nothing}${range.unseen_ends.some(Boolean) ? html`<span>${past.unseen_ends(range.unseen_ends.reduce((sum, ends) => sum + ends, 0))}</span>` : nothing}</p>` : nothing}
      <div class="charts">${answer.metrics.map((metric) => chart(metric, answer, { words, past, cursor, pointed: () => cursor, point, href: href(metric), target: targets[metric.name] ?? null, blindSince }))}</div>
      ${answer.queue ? nothing : guard([answer, words, state.queues, view], () => byQueue(answer, state, words, past, linkTo, view))}
      ${guard([answer, words, everyRow], () => byInterval(answer, words, past, everyRow, () => { everyRow = true; change({}); }))}`;
  }
}

// The day on the hotline's clock, as 2026-11-25.
function dayOf(instant, zone) { return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(instant)); }

// Since when nobody sees what goes on now, where the range reaches into it; null where all is seen.
function blindIn(answer, state, now) {
  const { truth, since } = state.standing;
  if (!isStale({ truth }) || since === null) return null;
  return Date.parse(answer.range.to) > Date.parse(since) && Date.parse(since) <= now ? since : null;
}

// --- what is asked for -----------------------------------------------------------------------------------------------

function select(name, label, value, options, change) {
  return html`<label>${label} <select name=${name} .value=${value} @change=${(event) => change({ [name]: event.target.value })}>${options.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}</select></label>`;
}

function day(name, label, value, most, change) {
  return html`<label>${label} <input type="date" name=${name} .value=${value} max=${most} @change=${(event) => change({ [name]: event.target.value })}></label>`;
}

function controls(view, today, question, { state, words, past, change, choices, askChoices, may }) {
  const names = [...state.queues.keys()], queues = view.queue && !names.includes(view.queue) ? [...names, view.queue] : names, chosen = view.range === "chosen";
  const on = view.metrics ? view.metrics.split(",") : DEFAULT, toggled = (name) => (on.includes(name) ? on.filter((other) => other !== name) : [...on, name]);
  return html`<section class="panel asked" aria-label=${past.title}><form @submit=${(event) => event.preventDefault()}>
    <span class="chips" role="group" aria-label=${past.range}>${Object.entries(past.ranges).map(([name, text]) => html`<button type="button" aria-pressed=${view.range === name} @click=${() => change(name === "chosen" ? { range: name, from: view.from || today, to: view.to || today } : { range: name, from: "", to: "" })}>${text}</button>`)}</span>
    ${chosen ? html`${day("from", past.from, view.from || today, today, change)}${day("to", past.to, view.to || view.from || today, today, change)}` : nothing}
    ${select("queue", words.queue, view.queue, [["", words.every_queue], ...queues.map((name) => [name, titleOf(state.queues.get(name)?.titles ?? {}, state.queues.get(name)?.title || name, words)])], change)}
    ${select("by", past.by, view.by, [["", past.auto(past.lengths[automatic(view, today)])], ...LENGTHS.map((name) => [name, past.lengths[name]])], change)}
    ${select("against", past.against, view.against, Object.entries(past.againsts), change)}
    ${view.against === "chosen" ? day("since", past.since, view.since || question?.get("against") || "", today, change) : nothing}
    <details @toggle=${askChoices}><summary>${past.metrics_title}</summary><span class="chips" role="group" aria-label=${past.metrics_title}>${(choices ?? []).map((metric) => html`<button type="button" title=${metric.formula} aria-pressed=${on.includes(metric.name)} @click=${() => change({ metrics: toggled(metric.name).join(",") === DEFAULT.join(",") ? "" : toggled(metric.name).join(",") })}>${labelOf(metric, past)}</button>`)}</span></details>
    ${question === null || !may("export") ? nothing : html`<span class="exports">${past.exports} <a href=${ours(`api/v1/history/report.csv?${question}`)} download>CSV</a> <a href=${ours(`api/v1/history/report.xlsx?${question}`)} download>Excel</a> <a href=${ours(`api/v1/history/report.html?${question}`)} target="_blank" rel="noopener">${past.print}</a></span>`}
  </form></section>`;
}

// --- tables ----------------------------------------------------------------------------------------------------------

// A figure, and beside it (`other`: its value and where it leads) that of the range compared with; each leads to its visits.
function cell(value, other, metric, href, label, words, past) {
  const said = told(value, metric.unit, words), then = other === null ? "" : told(other.value, metric.unit, words);
  return html`<td class="n"><a href=${href} aria-label="${label} ${said}">${said}</a>${other === null ? nothing : html` <small>${other.href === null ? then : html`<a href=${other.href} aria-label="${label}, ${past.then} ${then}">${then}</a>`}</small>`}</td>`;
}

function heads(answer, past) { return answer.metrics.map((metric) => html`<th scope="col" title=${metric.formula}>${labelOf(metric, past)}</th>`); }

function byQueue(answer, state, words, past, linkTo, view) {
  const { range, against } = answer, titled = (name) => titleOf(state.queues.get(name)?.titles ?? {}, state.queues.get(name)?.title || name, words);
  const row = (name, values, other) => html`<tr data-queue=${name ?? ""}><th scope="row">${name === null ? past.all : html`<a href=${linkTo({ ...view, queue: name })} title=${titled(name)}>${titled(name)}</a>`}</th>
    ${answer.metrics.map((metric) => cell(values[metric.name], against ? { value: other?.[metric.name] ?? null, href: hrefOfSpan(against.from, against.to, metric.name, name) } : null, metric, hrefOfSpan(range.from, range.to, metric.name, name), `${name === null ? past.all : titled(name)}, ${labelOf(metric, past)}`, words, past))}</tr>`;
  return html`<section class="panel" aria-label=${past.by_queue}><h2>${past.by_queue}</h2><div class="scroll"><table class="figures by-queue"><thead><tr><th scope="col">${words.queue}</th>${heads(answer, past)}</tr></thead>
    <tbody>${Object.entries(range.queues).map(([name, values]) => row(name, values, against?.queues[name]))}</tbody><tfoot>${row(null, range.total, against?.total)}</tfoot></table></div></section>`;
}

function byInterval(answer, words, past, all, showAll) {
  const { range, against } = answer, count = range.begins.length, first = all ? 0 : Math.max(0, count - MOST_ROWS);
  return html`<section class="panel" aria-label=${past.by_interval}><h2>${past.by_interval}${first ? html`<span><button type="button" @click=${showAll}>${past.show_all(whole(count, words))}</button></span>` : nothing}</h2><div class="scroll"><table class="figures by-interval"><thead><tr><th scope="col">${past.time}</th>${heads(answer, past)}</tr></thead>
    <tbody>${range.begins.slice(first).map((begin, number) => {
      const place = first + number, said = intervalOf(begin, range.ends[place], answer, words);
      return html`<tr data-begin=${begin}><th scope="row" class="n">${said}</th>${answer.metrics.map((metric) => cell(range.values[metric.name][place], against ? { value: against.values[metric.name][place], href: against.begins[place] === null ? null : hrefOfSpan(against.begins[place], against.ends[place], metric.name, answer.queue) } : null, metric, hrefOfSpan(begin, range.ends[place], metric.name, answer.queue), `${said}, ${labelOf(metric, past)}`, words, past))}</tr>`;
    })}</tbody></table></div></section>`;
}
