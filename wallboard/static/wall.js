// One board of boards/*.yaml at /boards/NAME; with ?tv for a screen nobody touches. Its numbers and levels come from the
// same feed as the main page's, its definition from /api/v1/boards/NAME, again whenever the feed says that it has changed.

import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { alarmList, rung } from "./alarms.js";
import { serverClock } from "./clocks.js";
import { CLOCK, time, titleOf } from "./format.js";
import { link } from "./link.js";
import { ours } from "./root.js";
import { hear, NOTHING } from "./state.js";
import { isStale, knownUntil, labelOf, standingOf } from "./truth.js";
import { LANGUAGES, preferredLanguage, wordsOf } from "./words.js";
import { who } from "./who.js";
import { hearTiles, risen, worst } from "./wall-state.js";
import { fit } from "./wall-fit.js";
import { newsBanners } from "./news.js";
import { tile } from "./wall-tiles.js";
import { ring, stayAwake } from "./wall-tv.js";
import { LEVEL_SHAPES, wallWordsOf } from "./wall-words.js";

const NAME = nameOf(location.pathname.split("/").at(-1));
const ASKED = new URLSearchParams(location.search), TV = ASKED.has("tv");
const CLOCK_SHORT = { hour: "2-digit", minute: "2-digit" };
const ASK_AGAIN_MS = 3000, TIMEOUT_MS = 10_000;

let state = NOTHING, tiles = null, alarms = null, board = null, digest = null, version = null, wrong = null;
let lostAt = Date.now(), page = 0, turnedAt = performance.now();
const clock = serverClock(), person = TV ? null : who({ onChange: () => draw() }); // a television shows nobody's name

if (TV) stayAwake();
document.body.classList.toggle("tv", TV);
link({
  onMessage(message) {
    state = hear(state, message);
    if (message.type === "hello") greeted(message);
    const after = hearTiles(tiles ?? {}, message, NAME);
    if (risen(tiles, after).length || rung(alarms, state.alarms)) ring();
    alarms = state.alarms;
    if (message.type === "hello" ? message.node !== null : tiles !== null) tiles = after; // before the bridge is heard nothing is known
    clock.heard(message.at, message.type === "hello");
    lostAt = null;
    draw();
  },
  onLost() {
    lostAt ??= clock.now();
    draw();
  },
});
setInterval(() => { turn(); draw(); }, 1000);

function greeted(message) {
  if (version !== null && message.version !== version) location.reload(); // the modules of two versions do not fit each other
  version = message.version;
  const told = message.boards[NAME] ?? "";
  if (told !== digest) { digest = told; define(); }
}

async function define() {
  const wanted = digest;
  try {
    const answer = await fetch(ours(`api/v1/boards/${encodeURIComponent(NAME)}`), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok && answer.status !== 404) throw new Error(`status ${answer.status}`);
    const found = answer.ok ? await answer.json() : null;
    if (wanted !== digest) return; // it has changed once more meanwhile, and is asked for already
    wrong = answer.ok ? null : "unknown";
    board = found;
    page = 0;
    turnedAt = performance.now();
    draw();
  } catch (failed) {
    console.warn("the board is asked for again:", failed.message);
    setTimeout(() => { if (wanted === digest) define(); }, ASK_AGAIN_MS);
  }
}

// Pages turn by the time they have stood, not by counting: a browser that slept shows the next one, not many in a row.
function turn() {
  if (!board?.rotate_s || performance.now() - turnedAt < board.rotate_s * 1000 - 50) return;
  show((page + 1) % board.pages.length);
}

function show(number) {
  page = number;
  turnedAt = performance.now();
  draw();
}

// --- how true the numbers are, and time ------------------------------------------------------------------------------

function clocks(words, stand) {
  const until = knownUntil(stand, clock.now());
  return {
    now: clock.now,
    secondsSince: (instant) => Math.max(0, Math.floor((until - new Date(instant)) / 1000)),
    clock: (instant, options = CLOCK_SHORT) => time(instant, words, state.timeZone, options),
  };
}

// --- the page --------------------------------------------------------------------------------------------------------

function languageOf() {
  const tag = ASKED.get("lang") ?? board?.language ?? "";
  if (LANGUAGES[tag]) return tag;
  return Object.keys(LANGUAGES).find((each) => wordsOf(each).hotline === tag) ?? preferredLanguage(tag ? null : chosen("language"), tag || navigator.language);
}

// What somebody chose on the main page counts here, where the board says nothing else.
function chosen(name) { try { return localStorage.getItem(`hotline.${name}`); } catch { return null; } }

function nameOf(written) { try { return decodeURIComponent(written); } catch { return written; } }

// The way back to the main page; on a television nobody would take it.
function back(words) {
  const asked = ASKED.get("lang");
  return TV ? nothing : html`<a class="back" href=${ours(asked ? `?lang=${encodeURIComponent(asked)}` : "./")}><span aria-hidden="true">‹</span> ${words.view_overview}</a>`;
}

function head(words, wall, stand, at) {
  const stamp = stand.truth === "live" || stand.since === null ? nothing : html` · <span class="n">${words.since(at.clock(stand.since, CLOCK))}</span>`;
  return html`<header>${back(words)}<h1>${titleOf(board?.title ?? state.title, NAME, words)}</h1>
    <span class="standing" role="status" data-truth=${stand.truth}><i></i>${labelOf(stand, words)}${stamp}</span>
    <div class="right">${dots(wall)}${person?.view(languageOf()) ?? nothing}<span class="clock n">${at.clock(at.now())}</span></div></header>`;
}

// One dot per page; a page that is not shown tells its worst level by shape.
function dots(wall) {
  if (!board || board.pages.length < 2) return nothing;
  return html`<span class="dots" role="group">${board.pages.map((each, number) => {
    const level = worst(each, tiles ?? {});
    return html`<button type="button" data-level=${level} aria-pressed=${number === page} aria-label="${wall.page(number + 1, board.pages.length)} ${wall.levels[level] ?? ""}" @click=${() => show(number)}>${LEVEL_SHAPES[level] ?? "●"}</button>`;
  })}</span>`;
}

function grid(words, wall, at) {
  if (wrong) return html`<p class="problem" role="alert">${wall[wrong]}: ${NAME}</p>`;
  if (!board) return html`<p class="empty">${words.loading}</p>`;
  return html`<main class="grid" data-columns=${board.columns} data-page=${page}>${repeat(board.pages[page], (each) => each.id, (each) => tile(each, tiles?.[each.id], board, state, words, wall, at))}</main>`;
}

function draw() {
  const language = languageOf(), words = wordsOf(language), wall = wallWordsOf(language), stand = standingOf(state, lostAt), at = clocks(words, stand);
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = board?.theme ?? chosen("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  document.title = titleOf(board?.title ?? state.title, NAME, words);
  document.body.dataset.stale = String(isStale(stand));
  const why = stand.truth === "lost" && stand.since === null ? words.explain_never : words[`explain_${stand.truth}`];
  const banner = stand.truth === "live" ? html`<div hidden></div>` : html`<div class="banner" role="alert" data-truth=${stand.truth}>${why}</div>`;
  render(html`${head(words, wall, stand, at)}${banner}${alarmList(state.alarms, language, at.clock, { tv: TV })}${newsBanners(state, words, language)}${grid(words, wall, at)}`, document.body);
  fit(document.body);
}
