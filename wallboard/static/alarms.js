// Alarms on every board: a line for each that stands, and for a while one for each that is over. A level is told by
// colour, by shape and by word. What is shown comes from /api/v1/live (`alarms`); the words of an alarm are the server's.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";

const WORDS = {
  "zh-Hans": { list: "告警", red: "告警", yellow: "注意", over: "已恢复", since: (time) => `${time} 起`, at: (time) => `${time}`, flapping: "反复出现", sender: (name, why) => `告警通道 ${name} 无法送达${why ? `：${why}` : ""}`, more: (n) => `还有 ${n} 条` },
  "zh-Hant": { list: "警報", red: "警報", yellow: "注意", over: "已恢復", since: (time) => `${time} 起`, at: (time) => `${time}`, flapping: "反覆出現", sender: (name, why) => `警報通道 ${name} 無法送達${why ? `：${why}` : ""}`, more: (n) => `另有 ${n} 則` },
  en: { list: "Alarms", red: "Alarm", yellow: "Attention", over: "Over", since: (time) => `since ${time}`, at: (time) => `at ${time}`, flapping: "comes and goes", sender: (name, why) => `Sender ${name} does not deliver${why ? `: ${why}` : ""}`, more: (n) => `and ${n} more` },
};
const SHAPES = { red: "■", yellow: "▲", over: "✓" };
const CLOCK_SHORT = { hour: "2-digit", minute: "2-digit" };
const MOST_SHOWN = 5;

// Whether an alarm with a sound has come since the last message. What stood when the page was opened rings nothing, and
// one that stood before the line was lost, or the server began anew, has the same id still.
export function rung(before, after) {
  if (before === null) return false;
  const known = new Set(before.firing.map((alarm) => alarm.id));
  return after.firing.some((alarm) => alarm.sound && !known.has(alarm.id));
}

// `clock(instant, options)` writes a time of the hotline's zone. On a television nothing scrolls: there is room for one
// line, the worst, and for how many more there are.
export function alarmList(alarms, language, clock, { tv = false } = {}) {
  const words = WORDS[language] ?? WORDS.en, told = (line) => drawn(line, words, clock);
  const firing = worstFirst(alarms.firing).map((alarm) => ({ key: alarm.id, level: alarm.severity, text: textOf(alarm, language), when: words.since, at: alarm.since, and: alarm.flapping ? words.flapping : "" }));
  const rest = [
    ...alarms.senders.map((sender) => ({ key: sender.name, level: "yellow", text: words.sender(sender.name, sender.why), when: words.since, at: sender.since, and: "" })),
    ...alarms.over.slice(-MOST_SHOWN).map((alarm) => ({ key: alarm.id, level: "over", text: textOf(alarm, language), when: words.at, at: alarm.over_at, and: "" })),
  ];
  const all = firing.length + rest.length, shown = tv ? firing.slice(0, 1) : firing.slice(0, MOST_SHOWN), more = tv ? all - 1 : firing.length - shown.length;
  const others = tv && firing.length ? [] : tv ? rest.slice(0, 1) : rest;
  return html`<section class="alarms" aria-label=${words.list} ?hidden=${!all}>
    <div role="alert">${repeat(shown, (each) => each.key, told)}</div>
    <div role="status">${repeat(others, (each) => each.key, told)}</div>
    ${more > 0 ? html`<p class="more n">${words.more(more)}</p>` : nothing}
  </section>`;
}

function drawn({ level, text, when, at, and }, words, clock) {
  return html`<p class="alarm-line" data-level=${level}><span aria-hidden="true">${SHAPES[level]}</span> <b>${words[level]}</b> <span class="what">${text}</span> <span class="n when">${when(clock(at, CLOCK_SHORT))}${and ? ` · ${and}` : nothing}</span></p>`;
}

function worstFirst(firing) { return [...firing].sort((one, other) => (one.severity === "red" ? 0 : 1) - (other.severity === "red" ? 0 : 1)); }

function textOf(alarm, language) { return alarm.text[language] ?? alarm.text.en; }
