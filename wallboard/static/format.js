// Times, spans and numbers as the chosen language writes them. Pure.

export function span(seconds) {
  const s = Math.floor(seconds), h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60), pad = (v) => String(v).padStart(2, "0");
  return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
}

const formatters = new Map(); // making one costs more than using it a hundred times

export function time(instant, words, zone, options) {
  const key = `${words.locale} ${zone} ${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(words.locale, { timeZone: zone, hour12: false, ...options }));
  return formatters.get(key).format(new Date(instant));
}

export const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
export const DAY = { year: "numeric", month: "2-digit", day: "2-digit" };

// The time of day, with the day before it where that is another one than `today`.
export function clock(instant, today, words, zone) {
  const day = time(instant, words, zone, DAY), told = time(instant, words, zone, CLOCK);
  return day === time(today, words, zone, DAY) ? told : `${day} ${told}`;
}

const decimals = new Map();

function decimalsOf(locale) {
  if (!decimals.has(locale)) decimals.set(locale, new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
  return decimals.get(locale);
}

export function decimal(value, words) {
  return value === null || value === undefined ? "–" : decimalsOf(words.locale).format(value);
}

const numbers = new Map();

export function whole(value, words) {
  if (!numbers.has(words.locale)) numbers.set(words.locale, new Intl.NumberFormat(words.locale, { maximumFractionDigits: 0 }));
  return numbers.get(words.locale).format(value);
}

const tongues = new Map();

// The name of a language (BCP 47) in the chosen one; the tag itself where nobody knows it.
export function languageOf(tag, words) {
  if (!tongues.has(words.locale)) tongues.set(words.locale, new Intl.DisplayNames([words.locale], { type: "language" }));
  try { return tongues.get(words.locale).of(tag); } catch { return tag; }
}

export function titleOf(titles, fallback, words) {
  return titles[words.hotline] ?? titles["zh-CN"] ?? Object.values(titles)[0] ?? fallback;
}
