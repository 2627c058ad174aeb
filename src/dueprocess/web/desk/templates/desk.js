"use strict";
/* Two things only: the countdowns go on, and a page that has become old asks for itself again. All works without it. */
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
    for (const one of document.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), textarea")) if (one.value !== one.defaultValue) return true;
    return false;
  }
  let wanted = false;
  function renew() {
    if (!wanted || busy()) return;
    wanted = false;
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.redirected) { location.reload(); return null; }
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      const fresh = new DOMParser().parseFromString(text, "text/html");
      const release = document.activeElement && document.activeElement.hasAttribute("autofocus");
      const focus = document.activeElement && document.activeElement.getAttribute("href");
      document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main")));
      document.body.dataset.newest = fresh.body.dataset.newest;
      if (focus) { const again = document.querySelector('main a[href="' + CSS.escape(focus) + '"]'); if (again) again.focus(); }
      if (release) { const still = document.querySelector("main [autofocus]"); if (still) still.focus(); }
      tick();
    }).catch(function () { wanted = true; });
  }
  const newest = document.body.dataset.newest;
  setInterval(tick, 10000);
  if (newest !== undefined && window.EventSource) {
    const source = new EventSource("/live");
    source.onmessage = function (event) {
      if (event.data !== document.body.dataset.newest) { wanted = true; renew(); }
    };
    setInterval(renew, 5000);
  }
})();
