// What a supervisor does: a menu for an agent or a waiting caller, a question where it hurts, and the answer.
// Each press of a button has a key of its own: the same key again only asks for the answer, and nothing is done twice.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { actWordsOf } from "./acts-words.js";
import { titleOf } from "./format.js";
import { ours } from "./root.js";

const TRIES = 3, AGAIN_MS = 1500, TIMEOUT_MS = 60_000, TOAST_MS = 8000;
const AT_ONCE = new Set(["unpause", "promote_caller", "open_number", "take_note_down"]);
const TALKS = new Set(["on_queue_call", "on_hold", "on_other_call"]);
const NOBODY = { person: null, may: [], phones: {}, numbers: [], messages: {} };

export function supervisor({ onChange, read, keep }) {
  let there = NOBODY, open = null, busy = false, toasts = [], named = 0, last = null, from = null;
  learn();

  async function learn() {
    try {
      const answer = await fetch(ours("api/v1/acting"), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (answer.ok) there = { ...NOBODY, ...(await answer.json()) };
    } catch (failed) {
      console.warn("what may be done is not known:", failed.message);
    }
    onChange();
  }

  function may(name) { return there.may.includes(name === "whisper" || name === "barge" ? "listen" : name === "end_talk" ? "hang_up" : name); }

  // --- doing ---------------------------------------------------------------------------------------------------------

  async function done(name, fields) {
    const key = keyOf();
    busy = true;
    onChange();
    const told = await posted(key, bodyOf(name, fields));
    busy = false;
    toast(name, fields, told);
    close();
  }

  async function posted(key, body) {
    for (let left = TRIES; left > 0; left -= 1) {
      try {
        const answer = await fetch(ours("api/v1/acts"), {
          method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": key }, body: JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const told = await answer.json();
        return told.error ? { code: told.error.code, result: "refused", words: told.error.message } : told;
      } catch (failed) {
        console.warn("asking for the answer again:", failed.message);
        await new Promise((wake) => setTimeout(wake, AGAIN_MS));
      }
    }
    return { code: "other", result: "unknown", words: "" };
  }

  function toast(name, fields, told) {
    named += 1;
    const one = { id: named, name, who: fields.who ?? "", code: told.code, result: told.result, words: told.words };
    last = one;
    toasts = [...toasts, one].slice(-3);
    setTimeout(() => { toasts = toasts.filter((each) => each !== one); onChange(); }, TOAST_MS);
  }

  // --- asking --------------------------------------------------------------------------------------------------------

  function ask(name, fields = {}) {
    const all = { ...(open?.fields ?? {}), ...fields };
    if (AT_ONCE.has(name)) done(name, all);
    else { open = { ...(open ?? {}), name, fields: all }; onChange(); }
  }

  function menuOf(kind, of, button) { from = button; open = { kind, of, name: null, fields: { who: of.who, ...(kind === "agent" ? { agent: of.id } : { visit: of.visit }) } }; onChange(); }
  // The keyboard goes back to where it was.
  function close() { open = null; onChange(); from?.focus(); from = null; }

  // A button that opens the menu of an agent or a caller; nothing where nobody may do anything.
  function trigger(kind, of, language) {
    if (!there.may.length || (there.person.queues !== null && !of.queues.some((queue) => there.person.queues.includes(queue)))) return nothing;
    const label = actWordsOf(language).menu(of.who);
    return html`<button type="button" class="act" aria-haspopup="dialog" aria-label=${label} title=${label} @click=${(event) => menuOf(kind, of, event.currentTarget)}>⋯</button>`;
  }

  function tools(language) {
    const said = actWordsOf(language), button = (name, label, sign) => (may(name) ? html`<button type="button" title=${label} aria-label=${label} aria-haspopup="dialog" @click=${() => { open = null; ask(name); }}>${sign}</button>` : nothing);
    return html`${button("note", said.note_menu, "✉")}${button("close_number", said.numbers_menu, "⊘")}`;
  }

  // --- what is shown -------------------------------------------------------------------------------------------------

  function view(state, words, language) {
    const said = actWordsOf(language), title = open === null ? "" : !open.of ? said.acts[open.name] : open.name === null ? said.on(open.of.who) : `${said.acts[open.name]} · ${open.of.who}`;
    return html`${open === null ? nothing : html`<dialog class="acts" aria-label=${title} @close=${close} @click=${(event) => { if (event.target === event.currentTarget) close(); }}>
        <div class="sheet"><h2>${title}</h2>${open.name === null ? choices(state, said) : form(state, words, said)}</div></dialog>`}
      <div class="toasts" role="status" aria-live="polite" data-last=${last?.code ?? ""} data-answers=${named}>${toasts.map((one) => html`<p class="toast" data-result=${one.result} data-code=${one.code}><b>${said.acts[one.name]}${one.who ? html` · ${one.who}` : nothing}</b> <span>${said.codes[one.code] ?? said.codes.other}</span>${one.result === "failed" || one.result === "unknown" ? html`<small class="dim">${one.words}</small>` : nothing}</p>`)}</div>`;
  }

  // After the page was drawn: a dialog that is asked for is opened, with the keyboard in it.
  function opened(root) {
    const dialog = root.querySelector("dialog.acts");
    if (dialog && !dialog.open) dialog.showModal();
  }

  function choices(state, said) {
    const names = open.kind === "agent" ? ofAgent(state) : ["promote_caller", "move_caller", "hang_up"];
    const shown = names.filter(may);
    return html`<ul class="choices">${shown.map((name) => html`<li><button type="button" data-act=${name} ?disabled=${busy} @click=${() => ask(name)}>${said.acts[name]}</button></li>`)}</ul>
      ${shown.length ? nothing : html`<p class="empty">${said.nobody}</p>`}<p><button type="button" @click=${close}>${said.cancel}</button></p>`;
  }

  function ofAgent(state) {
    const agent = state.agents.get(open.of.id), talks = agent && TALKS.has(agent.state), member = agent && Object.keys(agent.queues).length > 0;
    return [
      ...(member ? (agent.state === "paused" ? ["unpause"] : ["pause", "unpause"]) : []), ...(talks ? ["listen", "whisper", "barge", "end_talk"] : []),
      "add_member", ...(member ? ["set_penalty", "remove_member", "sign_off"] : []),
    ];
  }

  function form(state, words, said) {
    const name = open.name, hurts = said.hurts[name];
    return html`<form method="dialog" @submit=${(event) => { event.preventDefault(); submit(event.target); }}>
      ${FORMS[name]?.(state, words, said, { there, open, read }) ?? nothing}
      ${hurts ? html`<p class="hurts">${hurts}</p>` : nothing}
      <p class="buttons"><button type="submit" class="do" data-do=${name} ?disabled=${busy}>${busy ? said.busy : said.acts[name]}</button>
        <button type="button" @click=${() => { if (open.of) { open = { ...open, name: null }; onChange(); } else close(); }}>${open.of ? said.back : said.cancel}</button></p></form>`;
  }

  function submit(filled) {
    if (busy) return;
    const fields = { ...open.fields, ...Object.fromEntries(new FormData(filled)) };
    if (fields.phone) keep("phone", fields.phone);
    done(open.name, fields);
  }

  return { may, ask, trigger, tools, view, opened, level: () => there };
}

// --- forms, and what is sent of them -----------------------------------------------------------------------------------

const NUMBERS = ["penalty", "minutes"], SENT = ["agent", "visit", "queue", "reason", "penalty", "phone", "text", "minutes", "note", "number", "message"];
const ACT_OF = { end_talk: "hang_up", whisper: "listen", barge: "listen" };

export function bodyOf(name, fields) {
  const body = { act: ACT_OF[name] ?? name };
  for (const field of SENT) if (fields[field] !== undefined && fields[field] !== "") body[field] = NUMBERS.includes(field) ? Number(fields[field]) : fields[field];
  if (body.act === "listen") body.mode = name;
  return body;
}

function queues(state, words, names) {
  return names.map((name) => { const queue = state.queues.get(name); return html`<option value=${name}>${titleOf(queue?.titles ?? {}, queue?.title || name, words)}</option>`; });
}

function theirs(there, names) { return there.person.queues === null ? names : names.filter((name) => there.person.queues.includes(name)); }

function queuesOfAgent(state, open) { return Object.keys(state.agents.get(open.of.id)?.queues ?? {}); }

const FORMS = {
  pause: (state, words, said, { there, open }) => html`<label>${said.fields.reason} <input name="reason" maxlength="80" autofocus></label>
    <label>${said.fields.queue} <select name="queue"><option value="">${said.fields.every_queue}</option>${queues(state, words, theirs(there, queuesOfAgent(state, open)))}</select></label>`,
  add_member: (state, words, said, { there, open }) => html`<label>${said.fields.queue} <select name="queue" autofocus>${queues(state, words, theirs(there, [...state.queues.keys()]).filter((name) => !queuesOfAgent(state, open).includes(name)))}</select></label>
    <label>${said.fields.penalty} <input name="penalty" type="number" min="0" max="1000" value="0" required></label>`,
  remove_member: (state, words, said, { there, open }) => html`<label>${said.fields.queue} <select name="queue" autofocus>${queues(state, words, theirs(there, queuesOfAgent(state, open)))}</select></label>`,
  set_penalty: (state, words, said, { there, open }) => html`<label>${said.fields.queue} <select name="queue" autofocus>${queues(state, words, theirs(there, queuesOfAgent(state, open)))}</select></label>
    <label>${said.fields.penalty} <input name="penalty" type="number" min="0" max="1000" value="0" required></label>`,
  move_caller: (state, words, said, { there, open }) => html`<label>${said.fields.queue} <select name="queue" autofocus>${queues(state, words, theirs(there, [...state.queues.keys()]).filter((name) => !open.of.queues.includes(name)))}</select></label>`,
  listen: phoneField, whisper: phoneField, barge: phoneField,
  note: (state, words, said) => html`<label>${said.fields.text} <textarea name="text" maxlength="280" rows="3" required autofocus></textarea></label>
    <label>${said.fields.minutes} <input name="minutes" type="number" min="1" max="1440" value="15" required></label>`,
  close_number: (state, words, said, { there }) => html`<label>${said.fields.number} <select name="number" autofocus>${there.numbers.map((number) => html`<option value=${number}>${number}</option>`)}</select></label>
    <label>${said.fields.message} <select name="message">${Object.entries(there.messages).map(([name, texts]) => html`<option value=${name}>${name} · ${titleOf(texts, name, words)}</option>`)}</select></label>`,
};

function phoneField(state, words, said, { there, open, read }) {
  const saved = read("phone");
  return html`<label>${said.fields.phone} <select name="phone" autofocus>${Object.entries(there.phones).filter(([id]) => id !== open.of.id).map(([id, name]) => html`<option value=${id} ?selected=${id === saved}>${id} ${name}</option>`)}</select></label>`;
}

// A UUID, also where the page came over plain HTTP and crypto.randomUUID is not there.
function keyOf() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
