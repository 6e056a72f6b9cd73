// What a script adds to a page that works without one: it stays where it is while messages come.
(() => {
  "use strict";
  const PARTS = ["begin", "notice", "clock", "about", "tabs", "phone-candidate", "phone-client", "phone-recruiter", "behind"];
  const here = (id) => document.getElementById(id);
  const page = () => here("page");
  let last = Promise.resolve(); // one after the other: nobody's press is lost
  let waiting = 0;

  // --- A part is exchanged, and whoever was typing, reading or looking there notices nothing ------------------------

  const kept = (part) => ({
    drafts: [...part.querySelectorAll("textarea[id]")].map((box) => [box.id, box.value, box.selectionStart]),
    open: [...part.querySelectorAll("details[id]")].map((each) => [each.id, each.open]),
    scrolls: [part, ...part.querySelectorAll("[id]")].filter((each) => each.scrollTop).map((each) => [each.id, each.scrollTop]),
    focus: part.contains(document.activeElement) ? document.activeElement.id : "",
    shows: part.dataset.shows,
    bubbles: new Set([...part.querySelectorAll(".thread > li")].map((each) => each.id)),
  });
  const restore = (part, was) => {
    was.open.forEach(([id, open]) => { const found = here(id); if (found) found.open = open; });
    was.scrolls.forEach(([id, top]) => { const found = here(id); if (found) found.scrollTop = top; });
    was.drafts.forEach(([id, text, caret]) => {
      const box = here(id);
      if (!box || box.value) return;
      box.value = text;
      box.setSelectionRange(caret, caret);
    });
    if (was.focus && here(was.focus)) here(was.focus).focus({ preventScroll: true });
  };
  const toTheEnd = (part) => {
    const thread = part.querySelector(".thread");
    if (thread) thread.scrollTop = thread.scrollHeight;
  };
  const noteNew = (part, was) => {
    if (part.dataset.shows !== was.shows) { toTheEnd(part); return ""; }
    const fresh = [...part.querySelectorAll(".thread > li")].filter((each) => each.id && !was.bubbles.has(each.id));
    if (!fresh.length) return "";
    fresh.forEach((each) => each.classList.add("new"));
    toTheEnd(part);
    const told = fresh.filter((each) => !each.classList.contains("own"));
    if (!told.length) return "";
    const last = told[told.length - 1].querySelector(".bubble").innerText;
    return `${part.dataset.name} hears ${told.length > 1 ? `${told.length} messages, the last: ` : ""}${last}`;
  };
  const exchange = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html");
    if (!next.getElementById("page")) return false;
    const heard = [];
    PARTS.forEach((id) => {
      const [old, fresh] = [here(id), next.getElementById(id)];
      if (!old || !fresh || old.isEqualNode(fresh)) return;
      const was = kept(old);
      old.replaceWith(document.adoptNode(fresh));
      restore(here(id), was);
      const news = noteNew(here(id), was);
      if (news) heard.push(news);
    });
    page().dataset.version = next.getElementById("page").dataset.version;
    page().dataset.tab = next.getElementById("page").dataset.tab;
    if (heard.length) here("said").textContent = heard.join(". ");
    return true;
  };

  // --- What is pressed and sent --------------------------------------------------------------------------------------

  const ask = (address, options, after) => {
    waiting += 1;
    document.body.setAttribute("aria-busy", "true");
    last = last.then(() => answered(address, options, after)).finally(() => {
      waiting -= 1;
      if (!waiting) document.body.removeAttribute("aria-busy");
    });
  };
  const answered = async (address, options, after) => {
    try {
      const answer = await fetch(address, options);
      const well = exchange(await answer.text());
      if (!well) throw new Error("no page");
      if (answer.redirected || !options.method) history[after.push ? "pushState" : "replaceState"](null, "", answer.url);
    } catch {
      after.otherwise();
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    const button = event.submitter;
    const body = new URLSearchParams(new FormData(form, button));
    const box = form.querySelector("textarea");
    const text = box ? box.value : "";
    if (box) box.value = ""; // it is on its way: pressed twice it is not said twice
    ask(form.action, { method: "POST", body }, { otherwise: () => lost(box && box.id, text) });
  });
  const lost = (id, text) => {
    if (text && here(id) && !here(id).value) here(id).value = text;
    here("notice").innerHTML = '<p class="notice" role="alert">The playground does not answer. Is `askarsan playground` still running?</p>';
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      ask(link.href, {}, { push: true, otherwise: () => { location.href = link.href; } });
    }
    const filler = event.target.closest("[data-fill]");
    if (filler) {
      const box = here(filler.dataset.fill);
      box.value = filler.dataset.words;
      box.focus();
    }
  });
  window.addEventListener("popstate", () => ask(location.href, {}, { otherwise: () => lost() }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("[data-write] textarea")) return;
    event.preventDefault();
    if (!event.target.value.trim()) return;
    event.target.form.requestSubmit(event.target.form.querySelector("button:not([type=button])"));
  });

  // --- What happens in another window -------------------------------------------------------------------------------

  const news = new EventSource("/playground/news");
  news.addEventListener("message", (event) => {
    if (waiting || event.data === page().dataset.version) return;
    ask(location.href, {}, { otherwise: () => {} });
  });
  document.querySelectorAll(".phone").forEach(toTheEnd);
})();
