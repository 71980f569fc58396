// Small pictures of numbers, as SVG; each says in words what it shows.

import { html, nothing, svg } from "./vendor/lit-html/lit-html.js";
import { decimal, time, whole } from "./format.js";

// The visits of each quarter of an hour: those that entered as an area, those given up below them.
export function sparkline(trend, words) {
  if (!trend) return html`<span class="spark"></span>`;
  const most = Math.max(1, ...trend.entered), x = (place) => (place * 100) / (trend.entered.length - 1), y = (count) => 29 - (count / most) * 27;
  const points = (series) => series.map((count, place) => `${x(place).toFixed(1)},${y(count).toFixed(1)}`).join(" ");
  const told = words.sparkline(trend.entered.length / 4, trend.entered.reduce((sum, count) => sum + count, 0), most);
  return html`<svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label=${told}><title>${told}</title>
    <polygon points="0,29 ${points(trend.entered)} 100,29"></polygon><polyline points=${points(trend.entered)}></polyline>
    ${trend.abandoned.some(Boolean) ? svg`<polyline class="lost" points=${points(trend.abandoned)}></polyline>` : nothing}</svg>`;
}

// How far a share is towards its target: a bar, and a mark where it should be.
export function bar(level, target, label) {
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${label} data-grade=${gradeOf(level, target)}>
    <rect class="ground" width="100" height="4"></rect>${level === null ? nothing : svg`<rect class="level" width=${level} height="4"></rect>`}
    ${target === null ? nothing : svg`<rect class="target" x=${Math.min(target, 99.6)} width=".4" height="4"></rect>`}</svg>`;
}

// `good` at its target, `near` within a tenth below, else `bad`; `none` where there is nothing to judge.
export function gradeOf(level, target) {
  if (level === null || level === undefined || target === null || target === undefined) return "none";
  if (level >= target) return "good";
  return level >= target * 0.9 ? "near" : "bad";
}

// A change in words, shape and colour; `better` is +1 where more is better, -1 where less is, 0 where neither is.
export function delta(change, unit, better, words) {
  if (change === null || Number.isNaN(change)) return nothing;
  const worth = Math.abs(change) < 0.05 || better === 0 ? "even" : Math.sign(change) === better ? "good" : "bad";
  const shape = Math.abs(change) < 0.05 ? "=" : change > 0 ? "▲" : "▼";
  return html`<span class="delta" data-worth=${worth} title=${words.against_last_week}><span class="unseen">${words.against_last_week} </span>${shape} <span class="n">${decimal(Math.abs(change), words)}${unit}</span></span>`;
}

// This hour's number less that of the same hour a week ago; null where either is unknown.
export function change(trend, name) {
  if (!trend?.last_hour.entered && !trend?.hour_week_ago.entered) return null; // nothing against nothing
  const now = trend?.last_hour[name] ?? null, then = trend?.hour_week_ago[name] ?? null;
  return now === null || then === null ? null : now - then;
}

// The same in per cent of then; null where there was nothing then.
export function growth(trend, name) {
  const difference = change(trend, name);
  return difference === null || trend.hour_week_ago[name] === 0 ? null : (100 * difference) / trend.hour_week_ago[name];
}

// The last hours of all queues: a bar per quarter of an hour, of it those who gave up, and the same quarters a week ago.
export function quarters(trends, words, zone) {
  const trend = trends.of(null), at = trends.firstQuarter();
  if (!trend || !trend.entered.some(Boolean)) return nothing;
  const count = trend.entered.length, most = Math.max(...trend.entered, ...trend.entered_week_ago), step = 100 / count, y = (value) => 40 - (value / most) * 38;
  const bars = (series, name) => series.map((value, place) => (value ? svg`<rect class=${name} x=${place * step + step * 0.15} width=${step * 0.7} y=${y(value)} height=${40 - y(value)}></rect>` : nothing));
  const told = words.sparkline(count / 4, trend.entered.reduce((sum, value) => sum + value, 0), Math.max(...trend.entered));
  const hours = Array.from({ length: count / 4 }, (_, hour) => time(new Date(at).getTime() + hour * 3_600_000, words, zone, { hour: "2-digit", minute: "2-digit" }));
  return html`<section class="panel" aria-label=${words.quarters_title}><h2>${words.quarters_title}<span class="key"><span><i></i>${words.entered} <b class="n">≤ ${whole(most, words)}</b></span><span><i class="lost"></i>${words.abandoned}</span><span><i class="then"></i>${words.week_ago}</span></span></h2>
    <div class="day-chart"><svg viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label=${told}><line x1="0" x2="100" y1="40" y2="40"></line><line x1="0" x2="100" y1="21" y2="21"></line>
      ${bars(trend.entered, "came")}${bars(trend.abandoned, "lost")}<polyline points=${trend.entered_week_ago.map((value, place) => `${(place + 0.5) * step},${y(value)}`).join(" ")}></polyline></svg>
      <ol class="hours n" aria-hidden="true">${hours.map((hour) => html`<li>${hour}</li>`)}</ol></div></section>`;
}
