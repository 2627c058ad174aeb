"use strict";
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var DAY = 86400000;
  var first = Date.parse(data.first + "T00:00:00Z");
  function $(id) { return document.getElementById(id); }
  function text(day) { return new Date(first + day * DAY).toISOString().slice(0, 10); }
  function at(spans, day) {
    var found = null;
    for (var i = 0; i < spans.length && spans[i][0] <= day; i += 1) { found = spans[i]; }
    return found;
  }
  function ago(days) {
    if (days < 1) { return "that day"; }
    if (days < 60) { return days + " day" + (days === 1 ? "" : "s") + " before"; }
    if (days < 730) { return Math.floor(days / 30.44) + " months before"; }
    return Math.floor(days / 365.25) + " years before";
  }
  function mark(x, y, bit) {
    return bit === 1 ? "M" + x + " " + (y - 48) + "l48 48l-48 48l-48 -48z" : "M" + (x - 36) + " " + y + "a36 36 0 1 0 72 0a36 36 0 1 0 -72 0z";
  }

  var unknown = data.kinds.length - 1;
  var paths = Array.prototype.slice.call($("counties").children);
  var shapes = paths.map(function (path) {
    var fips = path.id.slice(1);
    return { fips: fips, path: path, spans: data.counties[fips] || [], name: data.names[fips] || [fips, null, null], shown: path.getAttribute("class") };
  });
  var byFips = {};
  shapes.forEach(function (s) { byFips[s.fips] = s; });
  var rowsOf = {};
  data.rows.forEach(function (r) { if (r.fips) { (rowsOf[r.fips] = rowsOf[r.fips] || []).push(r); } });
  var cuts = {};
  function cut(spans) { spans.forEach(function (s) { if (s[0] > 0 && s[0] <= data.last) { cuts[s[0]] = true; } }); }
  Object.keys(data.counties).forEach(function (f) { cut(data.counties[f]); });
  var changes = Object.keys(cuts).map(Number).sort(function (a, b) { return a - b; });

  var day = data.day;
  var picked = "";
  var slider = $("slider"), box = $("date"), state = $("state"), show = $("show");

  function month(day) { var d = new Date(first + day * DAY); return (d.getUTCFullYear() - 2008) * 12 + d.getUTCMonth(); }
  function kindOf(s) { var span = at(s.spans, day); return span ? span : [0, unknown, 0]; }

  function paint() {
    var counts = data.kinds.map(function () { return 0; });
    var marks = { 1: [], 2: [] };
    shapes.forEach(function (s) {
      var out = (s.name[1] !== null && day < s.name[1]) || (s.name[2] !== null && s.name[2] <= day);
      var span = kindOf(s);
      var wanted = "k" + span[1] + (out ? " out" : "");
      if (s.shown !== wanted) { s.path.setAttribute("class", wanted); s.shown = wanted; }
      if (out) { return; }
      counts[span[1]] += 1;
      [1, 2].forEach(function (bit) {
        if (span[2] & bit && data.middles[s.fips]) { marks[bit].push(mark(data.middles[s.fips][0], data.middles[s.fips][1], bit)); }
      });
    });
    $("contested").setAttribute("d", marks[1].join(""));
    $("unsure").setAttribute("d", marks[2].join(""));
    Array.prototype.forEach.call(document.querySelectorAll("[data-count]"), function (e) {
      e.textContent = counts[Number(e.getAttribute("data-count"))].toLocaleString("en-US");
    });
    return counts;
  }

  var agreement = data.kinds.map(function (k) { return k.key; }).indexOf("agreement");
  function only() {
    var states = {};
    shapes.forEach(function (s) {
      if (s.shown !== "k" + agreement) { return; }
      var cut = s.name[0].lastIndexOf(", ");
      var state = s.name[0].slice(cut + 2);
      (states[state] = states[state] || []).push(s.name[0].slice(0, cut));
    });
    var found = document.createDocumentFragment();
    var n = 0;
    Object.keys(states).sort().forEach(function (state) {
      var line = document.createElement("p");
      n += states[state].length;
      line.appendChild(cell("strong", state));
      line.appendChild(document.createTextNode(": " + states[state].sort().join("; ")));
      found.appendChild(line);
    });
    $("only").replaceChildren(found);
    $("only-count").textContent = n.toLocaleString("en-US");
  }

  function cell(kind, words) { var e = document.createElement(kind); if (words) { e.textContent = words; } return e; }
  function fixed(words) { var e = cell("span", words); e.className = "fixed"; return e; }

  function list() {
    var body = document.createDocumentFragment();
    var n = 0;
    data.rows.forEach(function (r) {
      var s = at(r.spans, day);
      if (!s || !s[1]) { return; }
      var doubt = data.texts[s[3]];
      if (state.value && r.state !== state.value) { return; }
      if (picked && r.fips !== picked) { return; }
      if (show.value === "stated" && s[4] === null) { return; }
      if (show.value === "contested" && doubt.indexOf("contested") !== 0) { return; }
      n += 1;
      var row = document.createElement("tr");
      row.appendChild(cell("td", r.state));
      row.appendChild(cell("td", r.place || data.states[r.state] || r.state));
      var who = cell("th", r.name);
      who.scope = "row";
      row.appendChild(who);
      var position = cell("td", data.texts[s[2]]);
      if (doubt) {
        var m = cell("span", doubt);
        m.className = "mark";
        position.appendChild(document.createTextNode(" "));
        position.appendChild(m);
      }
      row.appendChild(position);
      var confirmed = cell("td", s[4] === null ? "never" : "");
      if (s[4] !== null) {
        confirmed.appendChild(fixed(text(s[4])));
        confirmed.appendChild(document.createTextNode(", " + ago(day - s[4])));
      }
      row.appendChild(confirmed);
      var source = cell("td");
      if (s[5] !== null) {
        var found = data.sources[s[5]];
        if (found[1]) {
          var link = cell("a", found[0]);
          link.href = found[1];
          link.rel = "noreferrer";
          source.appendChild(link);
        } else { source.appendChild(document.createTextNode(found[0])); }
        source.appendChild(document.createTextNode("; says " + found[2]));
      }
      row.appendChild(source);
      row.appendChild(cell("td", data.texts[s[6]]));
      body.appendChild(row);
    });
    $("rows").replaceChildren(body);
    var where = picked ? " in " + byFips[picked].name[0] : "";
    $("rows-told").textContent = n.toLocaleString("en-US") + (n === 1 ? " agency" : " agencies") + where + (show.value === "stated" ? " with a position stated." : show.value === "contested" ? " whose policy is contested." : " of which a source states a policy or a practice, or which a list names.");
    $("clear").hidden = !picked;
  }

  function read(fips) {
    var s = byFips[fips];
    var span = kindOf(s);
    var words = s.name[0] + ", " + text(day) + ": " + data.kinds[span[1]].label + ".";
    [1, 2].forEach(function (bit) { if (span[2] & bit) { words += " " + data.marks[bit - 1] + "."; } });
    (rowsOf[fips] || []).forEach(function (r) {
      var here = at(r.spans, day);
      if (here && here[1]) {
        words += " " + r.name + ": " + data.texts[here[2]] + (here[4] === null ? "." : ", policy on paper, last confirmed on " + text(here[4]) + " (" + ago(day - here[4]) + ").");
      }
    });
    $("readout").textContent = words;
  }

  var waiting = 0;
  var saying = 0;
  function update() {
    waiting = 0;
    var counts = paint();
    Array.prototype.forEach.call(document.querySelectorAll("[data-day]"), function (e) { e.textContent = text(day); });
    document.title = "Detainer policies on paper, " + text(day);
    $("map-title").textContent = "Counties of the United States by policy on paper, " + text(day);
    slider.value = String(month(day));
    slider.setAttribute("aria-valuetext", text(day));
    if (document.activeElement !== box) { box.value = text(day); }
    $("earlier").disabled = !(changes.length && changes[0] < day);
    $("later").disabled = !(changes.length && changes[changes.length - 1] > day);
    $("back").disabled = day === data.day;
    var now = Object.keys(data.counties).filter(function (f) { return data.counties[f].some(function (s) { return s[0] === day; }); });
    $("what-changed").textContent = now.length ? now.length + (now.length === 1 ? " county changes" : " counties change") + " on this day" : "";
    if (picked) { read(picked); }
    list();
    only();
    clearTimeout(saying);
    saying = setTimeout(function () {
      $("told").textContent = text(day) + ". " + data.kinds.map(function (k, i) { return counts[i] ? k.label + ": " + counts[i] : ""; }).filter(Boolean).join(". ");
    }, 700);
  }
  function go(to) {
    day = Math.max(0, Math.min(data.last, to));
    if (!waiting) { waiting = requestAnimationFrame(update); }
  }

  slider.addEventListener("input", function () {
    var m = Number(slider.value);
    go(Math.round((Date.UTC(2008 + Math.floor(m / 12), m % 12, 1) - first) / DAY));
  });
  box.addEventListener("change", function () {
    var found = Date.parse(box.value + "T00:00:00Z");
    if (!isNaN(found)) { go(Math.round((found - first) / DAY)); }
  });
  box.addEventListener("blur", function () { box.value = text(day); });
  $("earlier").addEventListener("click", function () {
    var before = changes.filter(function (c) { return c < day; });
    if (before.length) { go(before[before.length - 1]); }
  });
  $("later").addEventListener("click", function () {
    var after = changes.filter(function (c) { return c > day; });
    if (after.length) { go(after[0]); }
  });
  $("back").addEventListener("click", function () { go(data.day); });
  state.addEventListener("change", function () { pick(""); list(); });
  show.addEventListener("change", list);
  $("controls").addEventListener("submit", function (e) { e.preventDefault(); });

  function pick(fips) {
    picked = fips;
    $("picked").setAttribute("d", fips ? byFips[fips].path.getAttribute("d") : "");
    if (fips) { read(fips); }
  }
  $("clear").addEventListener("click", function () { pick(""); list(); state.focus(); });
  $("counties").addEventListener("mouseover", function (e) { if (!picked && e.target.id) { read(e.target.id.slice(1)); } });
  $("counties").addEventListener("click", function (e) {
    if (!e.target.id) { return; }
    var fips = e.target.id.slice(1);
    state.value = "";
    pick(picked === fips ? "" : fips);
    list();
  });

  var ticks = $("ticks");
  var months = Number(slider.max);
  for (var year = 2008; (year - 2008) * 12 <= months; year += 1) {
    var tick = cell("span", String(year));
    // Only through the object model: the page's policy lets no style stand in an attribute.
    tick.style.left = ((year - 2008) * 12 / months * 100) + "%";
    ticks.appendChild(tick);
  }
  function place() {
    ticks.className = "ticks" + (slider.offsetWidth < 420 ? " tight" : slider.offsetWidth < 760 ? " crowded" : "");
  }
  $("controls").hidden = false;
  $("filters").hidden = false;
  $("readout").hidden = false;
  place();
  addEventListener("resize", place);
  update();
})();
