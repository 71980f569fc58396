// The sign-in page works without this. It keeps the theme and language chosen on the board, and hands in the secret of a
// one-time link or a screen, which stands behind the # of the address so that no server on the way writes it down.

function read(name) { try { return localStorage.getItem(`hotline.${name}`); } catch { return null; } }

const theme = read("theme"), language = read("language"), asked = new URLSearchParams(location.search);
document.documentElement.dataset.theme = theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
for (const link of document.querySelectorAll("nav a")) link.addEventListener("click", () => { try { localStorage.setItem("hotline.language", link.lang); } catch { /* it is in the address, too */ } link.hash = location.hash; });

const [, kind, secret] = /^#(once|screen)=([\w-]{1,200})$/.exec(location.hash) ?? [];
if (language && language !== document.documentElement.lang && !asked.has("lang") && [...document.querySelectorAll("nav a")].some((link) => link.lang === language)) {
  asked.set("lang", language);
  location.replace(`?${asked}${location.hash}`);
} else if (secret) {
  enter(kind, secret);
}

async function enter(kind, secret) {
  say(document.body.dataset.entering, "status");
  try {
    const answer = await fetch("sign-in/secret", { method: "POST", body: new URLSearchParams({ secret, to: asked.get("to") ?? "" }) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { to } = await answer.json();
    location.replace(kind === "screen" ? to + location.hash : to); // a screen comes back this way by itself when its session is over
  } catch (wrong) {
    console.warn("not let in:", wrong.message);
    say(document.body.dataset.badSecret, "alert");
    if (kind === "once") history.replaceState(null, "", location.pathname + location.search);
    else setTimeout(() => location.reload(), 60_000); // the server may only have been away
  }
}

function say(words, role) {
  const notice = document.querySelector("#notice");
  notice.setAttribute("role", role);
  notice.textContent = words;
  notice.hidden = false;
}
