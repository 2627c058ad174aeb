"use strict";
/* Five things only: the countdowns go on, a page that has become old asks for itself again or says that it cannot, a page that
   waits for the program looks again, and files may be dropped onto a form. All works without it. */
(function () {
  function words(due) {
    const now = Math.floor(Date.now() / 1000);
    const minutes = Math.floor(Math.abs(due - now) / 60);
    if (minutes < 1) return "now";
    const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
    const parts = [];
    if (days) parts.push(days + (days > 1 ? " days" : " day"));
    if (hours) parts.push(hours + " h");
    if (rest && !days) parts.push(rest + " min");
    return (due > now ? "in " : "overdue by ") + parts.join(" ");
  }
  function tick() {
    for (const one of document.querySelectorAll("[data-due]")) one.textContent = words(Number(one.dataset.due));
  }
  function busy() {
    const at = document.activeElement;
    if (at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName)) return true;
    for (const one of document.querySelectorAll("main input:not([type=hidden]):not([type=checkbox]), main textarea")) if (one.value !== one.defaultValue) return true;
    for (const one of document.querySelectorAll("main input[type=checkbox], main input[type=radio]")) if (one.checked !== one.defaultChecked) return true;
    for (const one of document.querySelectorAll("main select")) {
      if (one.selectedIndex !== Math.max(0, Array.from(one.options).findIndex(function (option) { return option.defaultSelected; }))) return true;
    }
    return false;
  }
  /* Which forms are unfolded: what somebody has opened must not close under their hand. */
  function unfolded() {
    return new Map(Array.from(document.querySelectorAll("main details"), function (one) { return [one.querySelector("summary").textContent, one.open]; }));
  }
  /* A board that stands still and does not say so is worse than none. */
  let heard = Date.now();
  const SILENCE = 90000; // the live view is opened anew about once a minute
  function cut() {
    const old = Date.now() - heard > SILENCE, note = document.querySelector("#cut");
    if (note) note.hidden = !old;
    if (note && old && !note.textContent) note.textContent = note.dataset.says + " " + new Date(heard).toLocaleTimeString() + ".";
    if (note && !old) note.textContent = "";
  }
  let wanted = false;
  function renew() {
    if (!wanted || busy()) return;
    wanted = false;
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (answer.redirected) { location.reload(); return null; } // signed out
      if (!answer.ok) throw new Error(); // the last that was shown stays, and says of when it is
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      heard = Date.now();
      if (busy()) { wanted = true; return; } // begun while the page was on its way
      const fresh = new DOMParser().parseFromString(text, "text/html");
      const before = unfolded();
      const release = document.activeElement && document.activeElement.hasAttribute("autofocus");
      const focus = document.activeElement && document.activeElement.getAttribute("href");
      document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main")));
      for (const one of document.querySelectorAll("main details")) {
        const open = before.get(one.querySelector("summary").textContent);
        if (open !== undefined) one.open = open;
      }
      document.body.dataset.newest = fresh.body.dataset.newest;
      if (focus) { const again = document.querySelector('main a[href="' + CSS.escape(focus) + '"]'); if (again) again.focus(); }
      if (release) { const still = document.querySelector("main [autofocus]"); if (still) still.focus(); }
      tick();
    }).catch(function () { wanted = true; });
  }
  /* A page that waits: it looks every two seconds, and is put in whole once the waiting is over. */
  function waited() {
    if (!document.querySelector("[data-wait]")) return;
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.redirected) { location.reload(); return null; }
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      const fresh = new DOMParser().parseFromString(text, "text/html");
      const now = fresh.querySelector("[data-wait]"), old = document.querySelector("[data-wait]");
      if (!now) { if (!busy()) location.reload(); return; }
      if (old) old.replaceWith(document.adoptNode(now));
    }).catch(function () { /* looked again in a moment */ });
  }
  setInterval(waited, 2000);
  /* Dropping: onto the form, or anywhere on a page that has just one. */
  document.documentElement.classList.add("scripted");
  function target(event) {
    if (!event.dataTransfer || !Array.from(event.dataTransfer.types).includes("Files")) return null;
    const at = event.target instanceof Element ? event.target.closest("form.drop") : null;
    return at || document.querySelector("form.drop");
  }
  document.addEventListener("dragover", function (event) {
    const form = target(event);
    if (form) { event.preventDefault(); form.classList.add("over"); }
  });
  document.addEventListener("dragleave", function (event) {
    if (!event.relatedTarget) for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
  });
  document.addEventListener("drop", function (event) {
    const form = target(event);
    if (!form) return;
    event.preventDefault();
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    form.requestSubmit();
  });
  const newest = document.body.dataset.newest;
  setInterval(tick, 10000);
  if (newest !== undefined && window.EventSource) {
    let source = null;
    const connect = function () {
      source = new EventSource("/live");
      source.onopen = function () { heard = Date.now(); };
      source.onmessage = function (event) {
        heard = Date.now();
        if (event.data !== document.body.dataset.newest) { wanted = true; renew(); }
      };
    };
    connect();
    setInterval(function () {
      if (source.readyState !== EventSource.OPEN) wanted = true; // refused or cut: the page itself tells which
      if (source.readyState === EventSource.CLOSED) connect();
      renew();
      cut();
    }, 5000);
  }
})();
