/* Keys, acts without reload, abstracts in place. State lives on the server; without this file every page works. */
"use strict";
(() => {
  const $ = (query, root = document) => root.querySelector(query);
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const words = JSON.parse($("#script-words").textContent);  // what is said, in the page's language
  const main = $("#main"), form = $("#acts");
  const token = form && $("[name=csrfmiddlewaretoken]", form);
  const entries = () => all("[data-key]", main);
  const head = (entry) => $("h3 a,a", entry);
  const say = (text) => {
    let live = $("#said");
    if (!live) {
      live = document.createElement("p");
      live.id = "said"; live.className = "vh"; live.setAttribute("role", "status");
      document.body.append(live);
    }
    live.textContent = text;
  };
  const at = () => document.activeElement.closest("[data-key]");
  const keyOf = (entry) => entry.dataset.key || entry.dataset.page;

  const post = async (act) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("act", act);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
    if (answer.status === 403 && told.next) { location.href = told.next; return new Promise(() => {}); }
    if (!answer.ok) throw new Error(told.error || words.lost);
    return told;
  };
  const voted = (entry, button, told) => {
    const title = button.getAttribute("aria-label").replace(/^.*?: /, "");  // every name of the button ends with ": title"
    button.value = (told.voted ? "unvote:" : "vote:") + keyOf(entry);
    button.setAttribute("aria-pressed", told.voted);
    button.setAttribute("aria-label", told.name.replace("{title}", () => title));
    button.lastChild.textContent = " " + told.seen;
  };
  const show = (entry, verb, on, told) => {
    const ballot = $(`button[value$="vote:${keyOf(entry)}"]`, entry);
    if (verb === "vote" && ballot && told) voted(entry, ballot, told);
    const button = $(`button[value$="save:${keyOf(entry)}"]`, entry);
    if (verb === "save" && button) {
      button.value = (on ? "unsave:" : "save:") + keyOf(entry);
      button.setAttribute("aria-pressed", on);
      button.textContent = on ? words.saved : words.save;
    }
    if (verb === "more" || verb === "less") for (const kind of ["more", "less"]) {
      const said = $(`button[value$="${kind}:${keyOf(entry)}"]`, entry), now = on && kind === verb;
      if (said) { said.value = (now ? "un" : "") + kind + ":" + keyOf(entry); said.setAttribute("aria-pressed", now); }
    }
    if (verb === "read") entry.classList.toggle("read", on);
    if (verb === "hide") {
      entry.classList.toggle("hidden-entry", on);
      let line = $(".gone", entry);
      if (on && !line) {
        line = document.createElement("p");
        line.className = "acts gone";
        line.innerHTML = '<span></span> <button type="button"></button>';
        $("span", line).textContent = words.hidden;
        $("button", line).textContent = words.undo;
        $("button", line).onclick = () => act(entry, "hide", false);
        entry.append(line);
        $("button", line).focus();
      } else if (!on && line) { line.remove(); head(entry).focus(); }
    }
  };
  const act = async (entry, verb, on) => {
    const key = keyOf(entry);
    if (!token) {
      location.href = `${form.action}?${new URLSearchParams({ act: `${verb}:${key}`, next: $("[name=next]", form).value })}`;
      return;
    }
    try {
      show(entry, verb, on, await post((on ? "" : "un") + verb + ":" + key));
      say(words.done[(on ? "" : "un") + verb]);
    } catch (fault) {
      say(fault.message);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[form=acts]");
    const entry = button && button.closest("[data-key],[data-page]");
    if (!entry || !token) return;
    const [verb] = button.value.split(":");
    if (entry === main && !/vote|save|more|less/.test(verb)) return;
    event.preventDefault();
    act(entry, verb.replace(/^un/, ""), !verb.startsWith("un"));
  });

  const load = async (details) => {
    const place = $("[data-src]", details);
    if (!place || place.dataset.done) return;
    place.dataset.done = 1;
    try {
      const answer = await fetch(place.dataset.src);
      if (answer.ok) place.innerHTML = await answer.text();
    } catch (fault) { delete place.dataset.done; }
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.abs") && event.target.open) load(event.target);
  }, true);
  const abstract = async (entry) => {
    let details = $("details.abs:not(.tune)", entry);
    if (!details) {
      details = document.createElement("details");
      details.className = "abs";
      details.innerHTML = `<summary></summary><div class="text" data-src="/papers/${entry.dataset.key}/abstract?part=1"></div>`;
      $("summary", details).textContent = words.abstract;
      entry.append(details);
    }
    details.open = !details.open;
  };

  const focus = (entry) => {
    if (!entry) return false;
    head(entry).focus({ preventScroll: true });
    entry.scrollIntoView({ block: "nearest" });
    return true;
  };
  const step = (by) => {
    const list = entries().filter((entry) => entry.offsetParent !== null || entry.closest(".far"));
    const now = list.indexOf(at());
    if (by > 0 && now === list.length - 1) return finish();
    return focus(list[now < 0 ? (by > 0 ? 0 : list.length - 1) : now + by]);
  };
  const finish = () => {
    const end = $("#end");
    if (end) { end.focus(); end.scrollIntoView({ block: "center" }); }
    return !!end;
  };
  const section = (by) => {
    const list = all("main section").filter((one) => $("[data-key]", one));
    const here = list.findIndex((one) => one.contains(document.activeElement));
    const next = list[here < 0 ? 0 : here + by];
    return !!next && focus($("[data-key]", next));
  };
  const go = (address) => { if (address) location.href = address; return !!address; };
  const marked = (verb) => {
    const entry = at();
    if (!entry && main.dataset.page && form) {
      const button = $(`button[value$="${verb}:${main.dataset.page}"]`, main);
      if (button) button.click();
      return !!button;
    }
    if (!entry || !form) return false;
    const on = /save|vote|more|less/.test(verb) ? !$(`[value="un${verb}:${keyOf(entry)}"]`, entry)
      : verb === "read" ? !entry.classList.contains("read") : true;
    act(entry, verb, on);
    return true;
  };
  const undo = () => {
    if (!token) return false;
    post("undo").then((told) => {
      if (!told.undone) { say(words.nothing); return; }
      const verb = (told.now || "").replace(/^un/, ""), on = told.now === verb;
      const entry = told.now && entries().concat(main).find((one) => keyOf(one) === told.key);
      if (!entry) { location.reload(); return; }
      show(entry, verb, on, told);
      say(words.undone);
    }).catch((fault) => say(fault.message));
    return true;
  };
  const talk = () => {
    const box = $("#c-text"), entry = at();
    if (box) { box.focus(); return true; }
    return go(entry ? `${head(entry).href}#comments` : $("#comments") && "#comments");
  };
  const keys = {
    j: () => step(1), k: () => step(-1), J: () => section(1), K: () => section(-1),
    o: () => { const entry = at(); return entry && go(head(entry).href); },
    v: () => { const link = $("a[data-source]"); return go(link && link.href); },
    a: () => { const entry = at(); if (entry) abstract(entry); return !!entry; },
    m: () => marked("read"), s: () => marked("save"), x: () => marked("hide"), u: () => marked("vote"), c: talk, z: undo,
    "+": () => marked("more"), "-": () => marked("less"),
    n: () => go(main.dataset.newest),
    "/": () => { const box = $("input[type=search]"); if (box) box.focus(); else go("/search"); return true; },
    "[": () => go(main.dataset.before), "]": () => go(main.dataset.after),
    G: finish, "?": () => go("/settings#keys"),
  };
  const pairs = { g: () => { scrollTo(0, 0); return focus(entries()[0]); }, t: () => go("/") };
  const opened = () => { const box = location.hash && document.getElementById(location.hash.slice(1)); if (box && "open" in box) box.open = true; };
  addEventListener("hashchange", opened); opened();
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.documentElement.dataset.keys === "off") return;
    if (event.target.closest("input,textarea,select,[contenteditable]")) return;
    const act = before === "g" ? pairs[event.key] : keys[event.key];
    before = before !== "g" && event.key === "g" ? "g" : "";
    if (act && act()) event.preventDefault();
  });

  all("[data-print]").forEach((one) => { one.hidden = false; one.addEventListener("click", () => print()); });

  const editor = $("form[data-preview]"), seen = $("#preview");
  let waiting = 0, asked = null;
  const preview = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(editor.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(editor)), signal: asked.signal, headers: { "X-Requested-With": "fetch" } });
      if (answer.ok && !answer.redirected) seen.innerHTML = await answer.text();
    } catch (fault) {
      if (fault.name !== "AbortError") say(words.preview);
    }
  };
  if (editor && seen) editor.addEventListener("input", (event) => {
    if (/^(name|shared)$/.test(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(preview, 400);
  });
})();
