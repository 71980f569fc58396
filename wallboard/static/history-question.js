// What the history view asks for: the choices of the address as the words of /api/v1/history, and values as people write
// them. Pure.

import { decimal, span, whole } from "./format.js";

export const LENGTHS = ["5m", "15m", "30m", "hour", "day"];
export const DEFAULT = ["entered", "answered", "abandoned", "sl_negative", "connection_rate", "asa_s", "aht_s", "longest_wait_s"];
const A_DAY_MS = 86_400_000;

// The day after (or before) a day, each as 2026-11-25.
export function dayAfter(day, days = 1) {
  const found = new Date(Date.parse(`${day}T00:00:00Z`) + days * A_DAY_MS);
  return Number.isNaN(found.getTime()) ? day : found.toISOString().slice(0, 10);
}

function bounds(view, today) {
  switch (view.range) {
    case "yesterday": return ["yesterday", "today", 1];
    case "7d": return [dayAfter(today, -6), "now", 7];
    case "month": return [`${today.slice(0, 8)}01`, "now", Number(today.slice(8))];
    case "chosen": {
      const from = view.from || today, to = view.to || from;
      return [from, dayAfter(to), Math.round((Date.parse(to) - Date.parse(from)) / A_DAY_MS) + 1];
    }
    default: return ["today", "now", 1];
  }
}

// An interval that makes some fifty to two hundred columns of the range.
export function automatic(view, today) {
  const days = bounds(view, today)[2];
  return days <= 2 ? "15m" : days <= 10 ? "hour" : "day";
}

export function wordsOfQuestion(view, today) {
  const [from, to] = bounds(view, today), question = new URLSearchParams({ from, to, by: view.by || automatic(view, today) });
  if (view.queue) question.set("queue", view.queue);
  if (view.metrics) question.set("metrics", view.metrics);
  if (view.against !== "none") question.set("against", view.against === "chosen" ? view.since || dayAfter(today, -7) : view.against);
  return question;
}

// An answer without figures of intervals that had not begun when it was given: what is yet to come is not nought.
export function withoutTheFuture(answer) {
  const now = Date.parse(answer.at), nothing = (values) => Object.fromEntries(Object.keys(values).map((name) => [name, null]));
  const seen = (side) => {
    const ahead = side.begins.map((begin) => begin !== null && Date.parse(begin) >= now);
    if (!ahead.includes(true)) return side;
    const values = Object.fromEntries(Object.entries(side.values).map(([name, all]) => [name, all.map((value, place) => (ahead[place] ? null : value))]));
    if (Date.parse(side.from) < now) return { ...side, values };
    return { ...side, values, total: nothing(side.total), queues: Object.fromEntries(Object.entries(side.queues).map(([name, of]) => [name, nothing(of)])) };
  };
  return { ...answer, range: seen(answer.range), against: answer.against && seen(answer.against) };
}

// A value with its unit: a share in per cent, seconds as m:ss from a minute on.
export function told(value, unit, words) {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return `${decimal(100 * value, words)} %`;
  if (unit === "seconds") return value < 59.95 ? `${decimal(value, words)} ${words.seconds}` : span(value);
  return whole(value, words);
}

const LESS_IS_BETTER = /^(abandon|short_|asa|average_wait|longest)/, MORE_IS_BETTER = /^(sl_|connection|answered_rate)/;

// +1 where more is better, -1 where less is, 0 where neither.
export function better(name) { return MORE_IS_BETTER.test(name) ? 1 : LESS_IS_BETTER.test(name) ? -1 : 0; }

// How much a value differs from another, and in what: counts in per cent, shares in points, seconds in seconds.
export function difference(value, other, unit, words, past) {
  if (value === null || other === null || other === undefined) return null;
  if (unit === "share") return { by: 100 * (value - other), unit: ` ${past.points}` };
  if (unit === "seconds") return { by: value - other, unit: ` ${words.seconds}` };
  return other === 0 ? null : { by: (100 * (value - other)) / other, unit: " %" };
}

const SPANS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 3600, 5400, 7200, 14_400, 28_800];

// The top of a scale: the next round number.
export function topOf(values, unit) {
  const most = Math.max(0, ...values.filter((value) => value !== null));
  if (unit === "share") return [0.1, 0.25, 0.5, 1].find((top) => most <= top) ?? most;
  if (most === 0) return 1;
  if (unit === "seconds") return SPANS.find((top) => most <= top) ?? most;
  const size = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].map((step) => step * size).find((top) => top >= most && Number.isInteger(top));
}

// Which intervals have a mark on the time axis, and whether it is a day's: at most six full hours, or four days, whose names are longer.
export function marks(begins, by) {
  if (by === "day") {
    const step = Math.ceil(begins.length / 4);
    return begins.map((_, place) => place).filter((place) => place % step === 0).map((place) => ({ place, day: true }));
  }
  const hours = begins.map((at, place) => ({ place, hour: Number(at.slice(11, 13)), whole: at.slice(14, 16) === "00", day: at.slice(11, 16) === "00:00" })).filter(({ whole: full }) => full);
  for (const each of [1, 2, 3, 4, 6, 12]) {
    const found = hours.filter(({ hour }) => hour % each === 0);
    if (found.length <= 6) return found;
  }
  const days = hours.filter(({ hour }) => hour === 0), step = Math.ceil(days.length / 4);
  return days.filter((_, number) => number % step === 0);
}

// Where an instant stands among the intervals: 3.5 is the middle of the fourth; held to the range.
export function placeIn(instant, range) {
  const at = new Date(instant).getTime(), count = range.begins.length;
  if (at <= Date.parse(range.begins[0])) return 0;
  if (at >= Date.parse(range.ends[count - 1])) return count;
  let low = 0, high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    Date.parse(range.begins[middle]) <= at ? (low = middle) : (high = middle - 1);
  }
  const begin = Date.parse(range.begins[low]);
  return low + (at - begin) / (Date.parse(range.ends[low]) - begin);
}
