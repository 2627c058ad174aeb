(function () {
  "use strict";
  var box = document.getElementById("switches"), texts = document.getElementById("ranges"), out = document.getElementById("range");
  if (!box || !texts || !out) { return; }
  var ranges = JSON.parse(texts.textContent), selects = Array.prototype.slice.call(box.querySelectorAll("select"));
  function show() {
    var at = 0;
    selects.forEach(function (s) { at = at * s.options.length + s.selectedIndex; });
    out.textContent = ranges[at];
  }
  selects.forEach(function (s) { s.addEventListener("change", show); });
  box.hidden = false;
  show();
}());
