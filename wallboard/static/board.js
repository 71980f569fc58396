// The board: state in, picture out. Messages are gathered until the next frame; one timer moves everything that counts up.

import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { supervisor } from "./acts.js";
import { alarmList } from "./alarms.js";
import { agentsPanel, agentsView } from "./agents.js";
import { callersPanel } from "./callers.js";
import { quarters } from "./charts.js";
import { serverClock, tick } from "./clocks.js";
import { drawer } from "./drawer.js";
import { CLOCK, time as timeIn, titleOf } from "./format.js";
import { historyView } from "./history.js";
import { link } from "./link.js";
import { band, EVERYTHING, queueCards } from "./overview.js";
import { flowsView } from "./flows.js";
import { newsBanners } from "./news.js";
import { ours } from "./root.js";
import { hear, NOTHING } from "./state.js";
import { trends } from "./trends.js";
import { badges, banner, isStale, knownUntil, standingOf } from "./truth.js";
import { addressOf, viewOf } from "./view.js";
import { who } from "./who.js";
import { LANGUAGES, preferredLanguage, wordsOf } from "./words.js";

let state = NOTHING;
let lostAt = Date.now(); // since when this browser itself hears nothing; null while it does
let heardAt = performance.now();
let due = null; // the timer that will draw
let drawnAt = 0;
let view = viewOf(location.search);
let language = preferredLanguage(read("language") ?? new URLSearchParams(location.search).get("lang"), navigator.language);
let theme = read("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");

const clock = serverClock();
const past = trends({ onChange: () => soon(), now: () => clock.now() });
const older = historyView({ onChange: () => soon(), now: () => clock.now() });
const flows = flowsView({ onChange: () => soon() });
const person = who({ onChange: () => soon() });
const acts = supervisor({ onChange: () => draw(), read, keep });
const opened = drawer({ onChange: () => draw(), now: () => clock.now() });
link({
  onMessage(message) {
    const loaded = state.version;
    state = hear(state, message);
    if (loaded !== null && state.version !== loaded) location.reload(); // the modules of two versions do not fit each other
    if (message.type === "change") opened.heard(message.queues.map((queue) => queue.name));
    if (message.type === "hello") opened.heard(null);
    clock.heard(message.at, message.type === "hello");
    heardAt = performance.now();
    lostAt = null;
    soon();
  },
  onLost() {
    lostAt ??= clock.now();
    draw(); // at once: not one frame may show as live what is not
  },
});
setInterval(() => { opened.tick(state); draw(); }, 1000);
addEventListener("popstate", () => { view = viewOf(location.search); soon(); });
document.addEventListener("contentvisibilityautostatechange", () => tickSoon(), true); // what comes into sight is right at once
document.addEventListener("visibilitychange", () => { if (!document.hidden) draw(); });

// What changes within a tenth of a second is drawn once: nobody sees more, and a thousand agents change often.
const LEAST_MS = 100;
function soon() { due ??= setTimeout(() => requestAnimationFrame(draw), Math.max(0, drawnAt + LEAST_MS - performance.now())); }
let ticking = null;
function tickSoon() { ticking ??= requestAnimationFrame(() => { ticking = null; tick(document.body, knownUntil(standingOf(state, lostAt), clock.now())); }); }
function read(name) { try { return localStorage.getItem(`hotline.${name}`); } catch { return null; } }
function keep(name, value) { try { localStorage.setItem(`hotline.${name}`, value); } catch { /* a kiosk without storage still works */ } }
function time(instant, words, options) { return timeIn(instant, words, state.timeZone, options); }

// --- views -----------------------------------------------------------------------------------------------------------

function linkTo(wanted) { return addressOf(wanted, location.search); }

// A link to another view of this page is followed without loading it anew.
function followed(event) {
  const target = event.target.closest?.("a[href^='?']");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", target.getAttribute("href"));
  view = viewOf(location.search);
  draw();
  scrollTo(0, 0);
}

function change(wanted) {
  view = { ...view, ...wanted };
  const address = addressOf(view, location.search);
  // Another range is another page: Back leads to the one before. A letter typed into a search is none.
  history[view.view === "history" && address !== location.search ? "pushState" : "replaceState"](null, "", address + location.hash);
  draw();
}

addEventListener("click", followed);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest?.("input, select, .drawer")) return;
  const search = document.querySelector("input[type=search]");
  if (search) { event.preventDefault(); search.focus(); }
});

// The screens of boards/*.yaml. A language asked for in the address is asked for there, too; one chosen here is kept anyway.
function boardLinks(words) {
  const names = Object.keys(state.boards), asked = new URLSearchParams(location.search).get("lang"), lang = asked && !read("language") ? `?lang=${encodeURIComponent(asked)}` : "";
  return names.length ? html`<nav class="boards" aria-label=${words.boards}>${names.map((name) => html`<a href=${ours(`boards/${encodeURIComponent(name)}${lang}`)}>${titleOf(state.boards[name], name, words)}</a>`)}</nav>` : nothing;
}

// --- the frame of the page -------------------------------------------------------------------------------------------

function head(words, stand) {
  const now = clock.now();
  return html`<header>
    <h1 tabindex="-1">${titleOf(state.title, "hotline", words)}</h1>
    <nav aria-label=${words.views}>${["overview", "agents", "history", "ivr"].filter((name) => name !== "ivr" || person.may("flows")).map((name) => html`<a href=${linkTo({ view: name })} aria-current=${view.view === name ? "page" : "false"}>${words[`view_${name}`]}</a>`)}</nav>
    ${boardLinks(words)}
    <div class="right">
      ${badges(state, stand, words)}
      <span class="dim day">${time(now, words, { month: "long", day: "numeric", weekday: "short" })}</span>
      <span class="clock n">${time(now, words, CLOCK)}</span>
      <span class="group" role="group" aria-label=${words.language}>${Object.entries(LANGUAGES).map(([code, { short, name }]) => html`
        <button type="button" lang=${code} aria-label=${name} title=${name} aria-pressed=${code === language} @click=${() => { language = code; keep("language", code); draw(); }}>${short}</button>`)}</span>
      <button type="button" title=${words.theme} aria-label=${words.theme} @click=${() => { theme = theme === "dark" ? "light" : "dark"; keep("theme", theme); draw(); }}>${theme === "dark" ? "☾" : "☀"}</button>
      ${acts.tools(language)}${person.view(language)}
    </div></header>`;
}

function foot(words, stand) {
  // The age of the numbers, not of the last message: a wallboard that has lost its bridge goes on talking to us.
  const age = Math.floor((isStale(stand) && stand.since ? clock.now() - new Date(stand.since) : performance.now() - heardAt) / 1000), at = past.at();
  return html`<footer><span>${words.formula}</span><span>${at ? words.trends_at(time(at, words, { hour: "2-digit", minute: "2-digit" })) : words.no_trends}</span><span class="last n">${state.seq === null || stand.since === null ? nothing : words.updated(Math.max(0, age))}</span></footer>`;
}

// A mistake in the drawer must not stop the board behind it.
function drawn(words, stand) {
  try {
    return opened.view(state, words, isStale(stand) ? banner(state, stand, words) : nothing);
  } catch (wrong) {
    console.warn("the drawer:", wrong.message);
    return html`<aside class="drawer"><p class="problem" role="alert">${words.problems?.other ?? wrong.message}</p></aside>`;
  }
}

function draw() {
  clearTimeout(due);
  due = null;
  drawnAt = performance.now();
  const words = wordsOf(language), stand = standingOf(state, lostAt), until = knownUntil(stand, clock.now());
  const seconds = (instant) => Math.max(0, Math.floor((until - new Date(instant)) / 1000));
  const context = { state, words, seconds, trends: past, linkTo, change, may: person.may, act: (kind, of) => acts.trigger(kind, of, language), acts: acts.level() };
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = theme;
  document.title = titleOf(state.title, "hotline", words);
  document.body.dataset.stale = String(isStale(stand));
  const body = view.view === "ivr" ? flows.view(view, context) : view.view === "history" ? older.view(view, context) : view.view === "agents" ? agentsView(view, context) : html`${band(EVERYTHING, context)}
    <div class="columns"><div class="col">${queueCards(EVERYTHING, context)}${quarters(past, words, state.timeZone)}</div><div class="col">${agentsPanel(context)}${callersPanel(context)}</div></div>`;
  render(html`${head(words, stand)}${banner(state, stand, words)}${alarmList(state.alarms, language, (instant, options) => time(instant, words, options))}${newsBanners(state, words, language, acts)}<main class=${view.view === "history" ? "past" : ""}>${body}</main>${foot(words, stand)}${drawn(words, stand)}${acts.view(state, words, language)}`, document.body);
  acts.opened(document.body);
  tick(document.body, until);
}
