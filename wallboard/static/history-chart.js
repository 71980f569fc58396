// One metric over time: columns for what is counted, steps for shares and times; another range behind it as dashes; what
// nobody saw as a hatch. The whole chart is one link, to the visits of the interval it points at: by pointer or by arrow
// keys. It is SVG in the page's own colours, so that theme, print and forced colours hold for it, too.

import { html, nothing, svg } from "./vendor/lit-html/lit-html.js";
import { guard } from "./vendor/lit-html/directives/guard.js";
import { delta } from "./charts.js";
import { DAY, time } from "./format.js";
import { METRICS } from "./history-metrics.js";
import { better, difference, marks, placeIn, told, topOf } from "./history-question.js";

const MORE_THAN_A_DAY_MS = 25 * 3_600_000; // a day of a changed clock is one day
const CLOCK = { hour: "2-digit", minute: "2-digit" }, SHORT_DAY = { month: "short", day: "numeric" };

export function labelOf(metric, past) {
  const title = past.metrics[metric.name] ?? METRICS[past.language]?.[metric.name] ?? metric.title ?? metric.name;
  return title[0].toUpperCase() + title.slice(1);
}

// An interval as it is said: 14:15–14:30, with its day where the range has several.
export function intervalOf(begin, end, answer, words) {
  const zone = answer.time_zone, days = Date.parse(answer.range.to) - Date.parse(answer.range.from) > MORE_THAN_A_DAY_MS;
  if (answer.by === "day") return time(begin, words, zone, { ...DAY, weekday: "short" });
  return `${days ? `${time(begin, words, zone, SHORT_DAY)} ` : ""}${time(begin, words, zone, CLOCK)}–${time(end, words, zone, CLOCK)}`;
}

function columns(values, top) {
  return values.map((value, place) => (value ? `M${place + 0.1},100V${(100 - (value / top) * 96).toFixed(2)}H${place + 0.9}V100Z` : "")).join("");
}

function steps(values, top) {
  let path = "", open = false;
  values.forEach((value, place) => {
    if (value === null) { open = false; return; }
    const y = (100 - (value / top) * 96).toFixed(2);
    path += open ? `V${y}H${place + 1}` : `M${place},${y}H${place + 1}`;
    open = true;
  });
  return path;
}

// What is hatched: stretches nobody saw, and from when on the board sees nothing now.
export function unseenOf(answer, blindSince) {
  const found = answer.unseen.map(({ from, to }) => [placeIn(from, answer.range), placeIn(to, answer.range)]);
  if (blindSince !== null) found.push([placeIn(blindSince, answer.range), answer.range.begins.length]);
  return found.filter(([from, to]) => to > from);
}

function still(metric, answer, { words, past, target, blindSince }) {
  const { range, against } = answer, values = range.values[metric.name], other = against?.values[metric.name] ?? [], count = values.length, id = `hatch-${metric.name}`;
  const aim = target === null || metric.unit !== "share" ? null : target, top = topOf([...values, ...other, ...(aim === null ? [] : [aim])], metric.unit), share = (place) => `${((100 * place) / count).toFixed(3)}%`;
  return html`<svg class="plot" aria-hidden="true">
    <defs><pattern id=${id} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ink" width="2" height="7"></rect></pattern></defs>
    ${unseenOf(answer, blindSince).map(([from, to]) => svg`<rect class="unseen-time" x=${share(from)} width=${share(Math.max(to - from, count / 400))} y="0" height="100%" fill=${`url(#${id})`}></rect>`)}
    <line class="grid" x1="0" x2="100%" y1="4%" y2="4%"></line><line class="grid" x1="0" x2="100%" y1="52%" y2="52%"></line><line class="ground" x1="0" x2="100%" y1="100%" y2="100%"></line>
    <svg width="100%" height="100%" viewBox="0 0 ${count} 100" preserveAspectRatio="none">
      ${metric.unit === "count" ? svg`<path class="columns" d=${columns(values, top)}></path>` : svg`<path class="steps" d=${steps(values, top)}></path>`}
      ${against && !against.is_empty ? svg`<path class="then" d=${steps(other, top)}></path>` : nothing}</svg>
    ${aim === null ? nothing : svg`<line class="aim" x1="4.2em" x2="100%" y1=${`${100 - (aim / top) * 96}%`} y2=${`${100 - (aim / top) * 96}%`}></line>`}
    ${range.unseen_ends.map((ends, place) => (ends ? svg`<rect class="unseen-end" x=${share(place)} width=${share(1)} y="0" height="4"></rect>` : nothing))}
    <text x="2" y="4%" dy="1.1em">${told(top, metric.unit, words)}</text></svg>
    <svg class="axis" aria-hidden="true">${marks(range.begins, answer.by).map(({ place, day }) => svg`<text x=${share(place + (answer.by === "day" ? 0.5 : 0))} y="1.1em" text-anchor=${place === 0 && answer.by !== "day" ? "start" : place / count > 0.95 ? "end" : "middle"}>${time(range.begins[place], words, answer.time_zone, day && (answer.by === "day" || count > 96) ? SHORT_DAY : CLOCK)}</text>`)}</svg>`;
}

// One chart. `cursor` is the interval pointed at, in all charts alike; null for none.
export function chart(metric, answer, { words, past, cursor, pointed, point, href, target, blindSince }) {
  const { range, against } = answer, values = range.values[metric.name], count = values.length, last = count - 1, at = cursor === null ? null : Math.min(cursor, last);
  const label = labelOf(metric, past), total = range.total[metric.name], before = against?.total[metric.name] ?? null, change = against ? difference(total, before, metric.unit, words, past) : null;
  const of = (place) => {
    const then = against?.values[metric.name][place], ends = range.unseen_ends[place];
    return `${intervalOf(range.begins[place], range.ends[place], answer, words)} · ${values[place] === null ? past.no_value : told(values[place], metric.unit, words)}${against ? ` · ${past.then} ${told(then, metric.unit, words)}` : ""}${ends ? ` · ${past.unseen_ends(ends)}` : ""}`;
  };
  const shown = at ?? last;
  const to = (event, place) => { event.currentTarget.setAttribute("href", href(Math.max(0, Math.min(last, place)))); point(Math.max(0, Math.min(last, place))); };
  const under = (event) => { const box = event.currentTarget.getBoundingClientRect(); to(event, Math.floor(((event.clientX - box.left) / box.width) * count)); };
  const key = (event) => {
    const here = pointed() ?? last + 1; // asked anew: keys come faster than pictures
    const place = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (place === undefined) return;
    event.preventDefault();
    to(event, place);
  };
  return html`<section class="panel chart" data-metric=${metric.name} aria-label=${label}>
    <h2><span class="title" title=${`${metric.title}: ${metric.formula}`}>${label}</span><span class="name">${metric.name}</span></h2>
    <p class="whole"><b class="n" data-total=${metric.name}>${told(total, metric.unit, words)}</b>${against ? html`<span class="dim">${past.then} <span class="n">${told(before, metric.unit, words)}</span></span> ${change === null ? nothing : delta(change.by, change.unit, better(metric.name), { ...words, against_last_week: past.compared })}` : nothing}</p>
    <p class="reading n" aria-hidden="true">${at === null ? nothing : of(at)}</p>
    <a class="reach" href=${href(shown)} aria-label="${label}: ${of(shown)}" aria-description=${past.keys} @pointermove=${under} @pointerdown=${under} @pointerleave=${() => point(null)} @keydown=${key} @blur=${() => point(null)}>
      ${guard([answer, metric, words, target, blindSince], () => still(metric, answer, { words, past, target, blindSince }))}
      <svg class="over" aria-hidden="true">${at === null ? nothing : svg`<rect class="cursor" x=${`${(100 * at) / count}%`} width=${`${Math.max(100 / count, 0.3)}%`} y="0" height="100%"></rect>`}</svg></a></section>`;
}
