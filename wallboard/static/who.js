// Who is signed in, what they may, and the way out. Asked once: with other rights the page is loaded anew anyway.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { ours } from "./root.js";

const TIMEOUT_MS = 10_000, AGAIN_MS = 3000;
const WORDS = {
  "zh-Hans": { out: "退出", role: { viewer: "查看", supervisor: "班长", admin: "管理员" } },
  "zh-Hant": { out: "登出", role: { viewer: "檢視", supervisor: "組長", admin: "管理員" } },
  en: { out: "Sign out", role: { viewer: "viewer", supervisor: "supervisor", admin: "admin" } },
};

export function who({ onChange }) {
  let me = null;
  async function ask() {
    try {
      const answer = await fetch(ours("api/v1/me"), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      me = await answer.json();
      onChange();
    } catch (wrong) {
      console.warn("who is signed in:", wrong.message);
      setTimeout(ask, AGAIN_MS);
    }
  }
  ask();
  return {
    may: (action) => me === null || me.may.includes(action), // until it is known nothing is hidden; the server refuses anyway
    view(language) {
      if (me === null) return nothing;
      const words = WORDS[language] ?? WORDS["zh-Hans"], role = words.role[me.role] ?? me.role;
      return html`<form class="who" method="post" action=${ours("sign-out")}><span title="${me.name} · ${role}">${me.name}</span><button type="submit">${words.out}</button></form>`;
    },
  };
}

// A line that does not come about may be a session that is over: then the page is loaded anew, which leads to the sign-in.
export async function leaveIfSignedOut() {
  try {
    const answer = await fetch(ours("api/v1/me"), { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.status === 401) location.reload();
  } catch { /* the server is away: the line goes on trying */ }
}
