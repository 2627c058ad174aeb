"use strict";
(function () {
  var box = document.getElementById("search");
  var told = document.getElementById("search-told");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-find] li"));
  var texts = items.map(function (item) { return fold(item.textContent); });
  var sections = Array.prototype.slice.call(document.querySelectorAll("[data-find]"));
  function fold(text) { return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); }
  function look() {
    var words = fold(box.value).split(/\s+/).filter(Boolean);
    var shown = 0;
    items.forEach(function (item, index) {
      var fits = words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      item.hidden = !fits;
      if (fits) { shown += 1; }
    });
    sections.forEach(function (section) {
      section.hidden = words.length > 0 && !section.querySelector("li:not([hidden])");
    });
    told.textContent = words.length ? shown + " of " + items.length + " pages" : "";
  }
  document.querySelector(".search").hidden = false;
  box.addEventListener("input", look);
  look();
})();
