"use strict";
/* One thing only: a page that says that work goes on asks for itself again until it is done. Without a script it has a link. */
(function () {
  if (!document.querySelector("[data-working]")) return;
  function again() {
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok || answer.redirected) { location.reload(); return null; }
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      const fresh = new DOMParser().parseFromString(text, "text/html");
      if (!fresh.querySelector("[data-working]")) { location.reload(); return; }
      const here = document.querySelector("[data-working]");
      here.replaceWith(document.adoptNode(fresh.querySelector("[data-working]")));
      setTimeout(again, 2000);
    }).catch(function () { setTimeout(again, 5000); });
  }
  setTimeout(again, 1500);
})();
