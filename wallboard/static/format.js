// Times, spans and numbers as the chosen language writes them. Pure.

export function span(seconds) {
  const s = Math.floor(seconds), h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60), pad = (v) => String(v).padStart(2, "0");
  return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
}

export function time(instant, words, zone, options) {
  return new Intl.DateTimeFormat(words.locale, { timeZone: zone, hour12: false, ...options }).format(new Date(instant));
}

export const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" };

export function decimal(value, words) {
  return value === null || value === undefined ? "–" : new Intl.NumberFormat(words.locale, { maximumFractionDigits: 1 }).format(value);
}

export function titleOf(titles, fallback, words) {
  return titles[words.hotline] ?? titles["zh-CN"] ?? Object.values(titles)[0] ?? fallback;
}
