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

export function decimal(value, words) {
  return value === null || value === undefined ? "–" : new Intl.NumberFormat(words.locale, { maximumFractionDigits: 1 }).format(value);
}

export function titleOf(titles, fallback, words) {
  return titles[words.hotline] ?? titles["zh-CN"] ?? Object.values(titles)[0] ?? fallback;
}
