// Small pictures of numbers, as SVG; each says in words what it shows.

import { html, nothing, svg } from "./vendor/lit-html/lit-html.js";
import { decimal } from "./format.js";

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
  const now = trend?.last_hour[name] ?? null, then = trend?.hour_week_ago[name] ?? null;
  return now === null || then === null ? null : now - then;
}

// The same in per cent of then; null where there was nothing then.
export function growth(trend, name) {
  const difference = change(trend, name);
  return difference === null || trend.hour_week_ago[name] === 0 ? null : (100 * difference) / trend.hour_week_ago[name];
}
