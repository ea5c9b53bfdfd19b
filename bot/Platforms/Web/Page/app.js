// The console's page: follows the event stream, draws cards, sends what people type and press. All text goes in as text, never as markup.
const $ = id => document.getElementById(id);
const log = $("log"), text = $("text"), list = $("suggestions"), persona = $("as");
// Drawn, not written: not every phone and no bare Linux has the emoji. One path on 16 × 16 a state.
const signs = {
  information: "M8 7v4.5M8 4.2v.3", working: "M8 4v4.3l2.8 1.7", waiting: "M8 4v4.8M8 11.4v.3",
  succeeded: "M4.6 8.3l2.4 2.4 4.4-5", warning: "M8 4v4.8M8 11.4v.3", failed: "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4",
};
const stateWords = { information: "", working: "working: ", waiting: "waits for you: ", succeeded: "done: ", warning: "warning: ", failed: "failed: " };

function make(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
}

const newId = () => crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0")).join("");

async function post(path, body) {
  // A dropped connection is tried again with the same id: the bot does nothing twice.
  for (let tries = 0; ; tries++) {
    try {
      const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "X-ChatOps": "1" }, body: JSON.stringify(body) });
      if (answer.status === 401) location.reload();
      if (answer.status === 503 && tries < 8) throw new TypeError("not ready");
      if (!answer.ok) return toast(`The bot refused that (${answer.status}).`);
      const { text: notice } = await answer.json();
      if (notice) toast(notice);
      return;
    } catch (e) {
      if (tries >= 8) return toast("The bot does not answer. Nothing was lost; try again in a moment.");
      await new Promise(wait => setTimeout(wait, 250 * 2 ** Math.min(tries, 4)));
    }
  }
}

let toastTimer;
function toast(message) {
  $("toast").textContent = message;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

function say(line) {
  const command = line.trim();
  sticks = true;
  if (command) post("/api/messages", { id: newId(), text: command, as: persona.value });
}

function drawButton(button, messageId) {
  const style = button.style.toLowerCase();
  const element = make("button", style, button.label);
  element.type = "button";
  let sureTimer;
  const calm = () => {
    clearTimeout(sureTimer);
    element.classList.remove("sure");
    element.textContent = button.label;
  };
  element.addEventListener("click", () => {
    // The dangerous one asks again.
    if (style === "danger" && !element.classList.contains("sure")) {
      element.classList.add("sure");
      element.textContent = `${button.label.replace("…", "")}: sure?`;
      sureTimer = setTimeout(calm, 5000);
      return stick();
    }
    calm();
    element.disabled = true;
    post("/api/press", { id: newId(), message: messageId, action: button.action, as: persona.value }).finally(() => { element.disabled = false; });
  });
  return element;
}

// Two spaces part a value into pieces that stay whole where a line has to break.
function drawValue(value) {
  const element = make("dd");
  for (const piece of value.split("  ")) element.append(make("span", "", piece), "  ");
  return element;
}

function drawCard(message) {
  const card = message.card, state = card.state.toLowerCase();
  const element = make("article", "card");
  element.dataset.state = state;
  const title = make("h2");
  const sign = svg("svg", { viewBox: "0 0 16 16", class: "sign", "aria-hidden": "true" });
  sign.append(svg("circle", { cx: 8, cy: 8, r: 8 }), svg("path", { d: signs[state] }));
  title.append(sign, make("span", "hidden", stateWords[state]), make("span", "", card.title));
  element.append(title);
  if (card.progress) {
    const known = card.progress.fraction !== undefined && card.progress.fraction !== null;
    const bar = make("div", known ? "bar" : "bar unknown"), fill = make("i");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", card.title);
    if (known) {
      const percent = Math.round(Math.min(1, Math.max(0, card.progress.fraction)) * 100);
      bar.setAttribute("aria-valuenow", percent);
      fill.style.width = `${percent}%`;
    }
    bar.append(fill);
    element.append(bar, make("p", "", card.progress.text));
  }
  for (const line of card.lines) element.append(make("p", "", line));
  if (card.fields.length) {
    const fields = make("dl");
    for (const field of card.fields) fields.append(make("dt", "", field.name), drawValue(field.value));
    element.append(fields);
  }
  if (card.buttons.length) {
    const row = make("div", "buttons");
    row.append(...card.buttons.map(b => drawButton(b, message.id)));
    element.append(row);
  }
  if (card.footer) element.append(make("footer", "", card.footer));
  return element;
}

function drawSaid(message) {
  const element = make("div", "said");
  element.append(make("small", "", message.person), make("p", "", message.text));
  return element;
}

// The newest message stays in sight while nobody has scrolled away from it, also when a keyboard opens or a card grows.
let sticks = true;
function stick() {
  if (sticks) log.scrollTop = log.scrollHeight;
}
log.addEventListener("scroll", () => { sticks = log.scrollHeight - log.scrollTop - log.clientHeight < 60; }, { passive: true });
new ResizeObserver(stick).observe(log);

function show(message) {
  $("empty").hidden = true;
  const element = message.card ? drawCard(message) : drawSaid(message);
  element.id = `m-${message.id}`;
  const old = document.getElementById(element.id);
  if (old) {
    const focused = old.contains(document.activeElement) ? [...old.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    old.replaceWith(element);
    if (focused >= 0) element.querySelectorAll("button")[focused]?.focus();
  } else {
    const next = [...log.children].find(c => c.id.startsWith("m-") && c.id > element.id);
    log.insertBefore(element, next ?? null);
  }
  stick();
  if (message.card && !message.card.progress) scheduleTimeline();
}

let position = "";
function follow() {
  const events = new EventSource(`/api/events?after=${encodeURIComponent(position)}`);
  const note = e => { position = e.lastEventId; };
  events.addEventListener("open", () => { $("link").textContent = "live"; $("link").classList.add("live"); });
  events.addEventListener("error", () => {
    $("link").textContent = "reconnecting";
    $("link").classList.remove("live");
    // A browser tries again by itself after a lost connection, but not after an answer such as a proxy's 502.
    if (events.readyState === EventSource.CLOSED) setTimeout(followAnew, 2000);
  });
  events.addEventListener("reset", e => {
    note(e);
    log.querySelectorAll("[id^='m-']").forEach(m => m.remove());
    $("empty").hidden = false;
    scheduleTimeline();
  });
  events.addEventListener("message", e => { note(e); show(JSON.parse(e.data)); });
}

async function followAnew() {
  const answer = await fetch("/api/session").catch(() => null);
  if (answer?.status === 401) location.reload();
  else follow();
}

// Timeline: one lane a target, newest at the right edge, drawn as SVG.
let timelineTimer;
function scheduleTimeline() {
  clearTimeout(timelineTimer);
  timelineTimer = setTimeout(drawTimeline, 300);
}

function svg(tag, attributes, title) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (title) element.append(Object.assign(document.createElementNS("http://www.w3.org/2000/svg", "title"), { textContent: title }));
  return element;
}

async function drawTimeline() {
  const answer = await fetch("/api/timeline").catch(() => null);
  if (!answer?.ok) return;
  const lanes = await answer.json();
  const times = lanes.flatMap(l => l.points.map(p => Date.parse(p.at)));
  const now = Date.now(), first = Math.min(now - 60000, ...times), span = now - first;
  $("lanes").replaceChildren(...lanes.map(lane => {
    const row = make("div", "lane");
    const picture = svg("svg", { role: "img", "aria-label": `${lane.target}: ${lane.points.length} events` });
    picture.append(svg("line", { x1: 0, y1: 13, x2: "100%", y2: 13, class: "axis" }));
    for (const point of [...lane.points].reverse()) {
      const x = `${2 + 96 * (Date.parse(point.at) - first) / span}%`, label = `${new Date(point.at).toLocaleString()}: ${point.label}`;
      const kind = point.state === "good" ? point.kind : point.state;
      picture.append(point.kind === "snapshot" ? svg("circle", { cx: x, cy: 13, r: 5, class: kind }, label)
        : svg("rect", { x, y: 5, width: 10, height: 16, rx: 2, transform: "translate(-5 0)", class: kind }, label));
    }
    row.append(make("b", "", lane.target), picture);
    return row;
  }));
}

// Completion: a listbox under the input, as the ARIA combobox pattern describes.
let chosen = -1, asked = 0;
async function suggest() {
  const mine = ++asked;
  const line = text.value;
  const answer = line.startsWith("/") ? await fetch(`/api/complete?text=${encodeURIComponent(line)}&as=${encodeURIComponent(persona.value)}`).catch(() => null) : null;
  if (mine !== asked) return;
  const found = answer?.ok ? await answer.json() : [];
  if (mine !== asked) return;
  chosen = -1;
  list.replaceChildren(...found.map((s, i) => {
    const item = make("li");
    item.id = `s-${i}`;
    item.setAttribute("role", "option");
    item.dataset.text = s.text;
    item.append(make("span", "", s.label), make("small", "", s.hint));
    item.addEventListener("mousedown", e => { e.preventDefault(); take(item); });
    return item;
  }));
  list.hidden = found.length === 0;
  text.setAttribute("aria-expanded", String(found.length > 0));
}

function choose(step) {
  const items = [...list.children];
  if (list.hidden || !items.length) return;
  chosen = (chosen + step + items.length) % items.length;
  items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
  items[chosen].scrollIntoView({ block: "nearest" });
  text.setAttribute("aria-activedescendant", items[chosen].id);
}

function take(item) {
  text.value = item.dataset.text;
  text.focus();
  suggest();
}

function closeSuggestions() {
  asked++;
  list.hidden = true;
  chosen = -1;
  text.setAttribute("aria-expanded", "false");
  text.removeAttribute("aria-activedescendant");
}

text.addEventListener("input", suggest);
text.addEventListener("blur", closeSuggestions);
text.addEventListener("keydown", e => {
  if (e.key === "ArrowDown") { e.preventDefault(); choose(1); }
  else if (e.key === "ArrowUp") { e.preventDefault(); choose(-1); }
  else if (e.key === "Escape") closeSuggestions();
  else if (e.key === "Tab" && !list.hidden && list.children.length) { e.preventDefault(); take(list.children[Math.max(chosen, 0)]); }
  else if (e.key === "Enter" && chosen >= 0) { e.preventDefault(); take(list.children[chosen]); }
});
$("composer").addEventListener("submit", e => {
  e.preventDefault();
  say(text.value);
  text.value = "";
  closeSuggestions();
});
document.querySelectorAll("[data-say]").forEach(b => b.addEventListener("click", () => say(b.dataset.say)));

const session = await (await fetch("/api/session")).json();
$("channel").textContent = `#${session.channel}`;
persona.replaceChildren(...session.accounts.map(a => new Option(a, a)));
$("as-label").hidden = session.accounts.length < 2;
if (matchMedia("(max-height: 700px)").matches) $("timeline").open = false;
// On a phone the keyboard would cover half of the page before anybody asked for it.
if (matchMedia("(pointer: fine)").matches) text.focus();
follow();
scheduleTimeline();
