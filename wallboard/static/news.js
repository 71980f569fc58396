// What people are told on every screen: numbers that are closed, and supervisors' notes. Their text is text.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { actWordsOf } from "./acts-words.js";
import { time } from "./format.js";

const STAMP = { hour: "2-digit", minute: "2-digit" }, DAY = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };

// `acts` is given where something may be done about them, too.
export function newsBanners(state, words, language, acts = null) {
  const said = actWordsOf(language), { closed, notes } = state.news, at = (instant, options) => time(instant, words, state.timeZone, options);
  if (!closed.length && !notes.length) return nothing;
  const button = (name, label, fields) => (acts?.may(name) ? html`<button type="button" @click=${() => acts.ask(name, fields)}>${label}</button>` : nothing);
  return html`<section class="news">${repeat(closed, (one) => one.number, (one) => html`
      <div class="banner closed" role="alert" data-closed=${one.number}><b><span aria-hidden="true">⊘</span> ${said.closed(one.number, one.who, at(one.since, DAY))}</b><span class="dim">${said.hear(one.message)}</span>${button("open_number", said.acts.open_number, { number: one.number })}</div>`)}
    ${repeat(notes, (note) => note.id, (note) => html`
      <div class="banner note" role="status" data-note=${note.id}><b><span aria-hidden="true">✉</span> ${note.text}</b><span class="dim">${said.note_by(note.who, at(note.since, STAMP))}</span>${button("take_note_down", said.acts.take_note_down, { note: note.id })}</div>`)}</section>`;
}
