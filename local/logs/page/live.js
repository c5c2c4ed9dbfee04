// @ts-nocheck -- The types of a browser would hold for every file of the project.
/*
 * Keeps the newest logs on the page: it asks for the same address again, and moves what changed into
 * the page that is open. It leaves the form alone, and every row that is there, so that scroll,
 * selection, focus and a typed search stay. Nothing of an answer runs: it is parsed, never written.
 */
const EVERY_MS = 2000;
const NEWS_MS = 10_000;

const button = document.querySelector("#live");
const news = document.querySelector("#news");
let version = "";
let unannounced = 0;
let announcedAt = 0;
let timer;
let latest;

button.hidden = false;
button.addEventListener("click", () => {
  const isLive = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isLive));
  if (isLive) look();
});
document.addEventListener("visibilitychange", look);
look();

/** Asks for the page, and again after a while; a hidden or paused page asks for nothing. */
function look() {
  clearTimeout(timer);
  if (document.hidden || button.getAttribute("aria-pressed") !== "true") return;
  const request = new XMLHttpRequest();
  latest = request;
  request.open("GET", location.href);
  request.responseType = "document";
  if (version !== "") request.setRequestHeader("if-none-match", version);
  request.addEventListener("loadend", () => {
    // An answer that was overtaken is older than what is shown.
    if (request !== latest) return;
    show(request);
    announce();
    timer = setTimeout(look, EVERY_MS);
  });
  request.send();
}

/** Moves what changed into the page, or says that it cannot be had. */
function show(request) {
  const { status, response } = request;
  const isLost = status !== 200 && status !== 304;
  if (isLost) {
    const remedy = status === 401 ? "open the address that npm start printed last" : "no answer";
    say(`Not live: ${remedy}`);
  } else if (news.className === "error") say("Live again");
  news.className = isLost ? "error" : "";
  if (status !== 200) return;
  version = request.getResponseHeader("etag");
  document.title = response.title;
  unannounced += takeRows(response);
  for (const id of ["count", "summary", "usage"]) update(at(document, id), at(response, id));
}

function say(text) {
  if (news.textContent !== text) news.textContent = text;
}

/** Moves new rows in, and returns their number. Rows beyond the answer's stay: they are older. */
function takeRows(next) {
  const rows = [...next.querySelectorAll("#logs tbody tr")];
  const body = document.querySelector("#logs tbody");
  const known = new Map([...(body?.rows ?? [])].map((row) => [row.id, row]));
  const fresh = rows.filter(({ id }) => !known.has(id));
  for (const row of fresh) row.className = "new";
  // Between a list and one that has none of its rows may be others: it is shown as it came.
  if (fresh.length === rows.length) update(at(document, "list"), at(next, "list"));
  else mergeRows(body, rows, next.querySelector("[rel=next]") !== null);
  return fresh.length;
}

function mergeRows(body, rows, hasOlder) {
  const listed = new Set(rows.map(({ id }) => id));
  const shown = [...body.rows];
  const last = shown.findLastIndex(({ id }) => listed.has(id));
  const older = hasOlder ? shown.slice(last + 1) : [];
  for (const row of shown) {
    if (!listed.has(row.id) && !older.includes(row)) row.remove();
  }
  let place = older[0] ?? null;
  for (const row of rows.toReversed()) {
    const kept = document.getElementById(row.id);
    if (kept === null) body.insertBefore(row, place);
    place = kept ?? row;
  }
}

/** Makes a part as it is in the answer, and touches nothing in it that is equal already. */
function update(old, next) {
  if (old.isEqualNode(next)) return;
  if (old.nodeName !== next.nodeName || !(old instanceof Element)) {
    old.replaceWith(next);
    return;
  }
  for (const { name, value } of next.attributes) old.setAttribute(name, value);
  for (const name of old.getAttributeNames()) {
    // What its reader has opened stays open.
    if (name !== "open" && !next.hasAttribute(name)) old.removeAttribute(name);
  }
  const [before, after] = [[...old.childNodes], [...next.childNodes]];
  for (const [index, child] of after.entries()) {
    if (index < before.length) update(before[index], child);
    else old.append(child);
  }
  for (const gone of before.slice(after.length)) gone.remove();
}

/** Says how many logs came, at most once in a while: each by itself would drown a screen reader. */
function announce() {
  if (unannounced === 0 || Date.now() - announcedAt < NEWS_MS) return;
  const time = new Date().toISOString().slice(11, 19);
  say(`${unannounced} new ${unannounced === 1 ? "log" : "logs"} at ${time}`);
  announcedAt = Date.now();
  unannounced = 0;
}

function at(page, id) {
  return page.getElementById(id);
}
