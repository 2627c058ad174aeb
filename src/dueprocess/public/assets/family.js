// The page as a file: shows the parts of the county that was chosen, with the ends of its clocks. Nothing leaves the page.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent), CAL = data.calendar, W = data.words;
  var $ = function (id) { return document.getElementById(id); }, form = $("ask");
  function pad(n) { return (n < 10 ? "0" : "") + n; }
  function put(text, values) { return text.replace(/\{(\w+)\}/g, function (_, k) { return values[k]; }); }
  function at(zone, when, words) {
    var W = words || data.words;
    var local = when + DP.offset(CAL, zone, when), day = Math.floor(local / 86400), s = local - day * 86400, iso = DP.iso(day);
    var h = Math.floor(s / 3600), m = pad(Math.floor(s / 60) % 60), half = W["half.days"].split(" ");
    var time = half.length > 1 ? (h + 11) % 12 + 1 + ":" + m + " " + half[h >= 12 ? 1 : 0] : pad(h) + ":" + m;
    return put(W.at, { day: W.weekdays.split(" ")[(day + 3) % 7], d: +iso.slice(8), month: W.months.split(" ")[iso.slice(5, 7) - 1], y: iso.slice(0, 4), time: time });
  }
  function span(s) { var m = Math.floor(s / 60), h = Math.floor(m / 60); return put(m % 60 ? W["hours.minutes"] : W.hours, { h: h, m: m % 60 }); }
  function value(name) { var e = form.querySelector("input[name='" + name + "']:checked"); return e ? e.value : "unknown"; }
  function now() { return Math.floor(Date.now() / 1000); }
  function zoneOf() { var c = data.counties[$("county").value]; return c ? c[1] : Object.keys(CAL.zones)[0]; }
  function stale() { return DP.iso(DP.localDay(CAL, zoneOf(), now())) > CAL.until; }
  function due(zone) {
    var day = $("day").value, time = /^(\d{2}):(\d{2})/.exec($("time").value);
    if (!day && !time && !$("day").validity.badInput && !$("time").validity.badInput) return { at: null };
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !time) return { why: W["problem.due"] };
    if (day < CAL.from || day > CAL.until) return { why: W["problem.range"] };
    var found = DP.instants(CAL, zone, DP.ordinal(day), time[1] * 3600 + time[2] * 60);
    return found.length ? { at: found[0], twice: found.length > 1 } : { why: W["problem.gap"] };
  }
  function ends(root, zone, start) {
    root.querySelectorAll(".end").forEach(function (e) {
      e.textContent = "";
      if (start === null) return;
      var ran = DP.deadline(CAL, zone, start, { hours: +e.getAttribute("data-h"), excluding: e.getAttribute("data-x").split(" ").filter(Boolean), until_end_of_day: e.getAttribute("data-d") === "1" });
      var strong = document.createElement("strong"), soft = document.createElement("span");
      strong.textContent = " " + put(W[ran.end <= now() ? "end.over" : "end.at"], { at: at(zone, ran.end) }) + " ";
      soft.className = "soft";
      soft.textContent = put(W["end.steps"], { steps: ran.steps.map(function (s) {
        return s.excluded ? put(W["step.excluded"], { why: W[s.excluded] || s.excluded }) : put(W["step.counted"], { hours: span(s.counted), until: at(zone, s.until) });
      }).join("; ") });
      e.appendChild(strong); e.appendChild(soft);
    });
  }
  function problem(text) { $("wrong").hidden = !text; $("wrong").textContent = text || ""; if (text) $("wrong").scrollIntoView({ block: "center" }); return !text; }
  function show(event) {
    event.preventDefault();
    if (stale()) return;
    var county = data.counties[$("county").value];
    if (!county) { problem(W["problem.county"]); return; }
    var d = due(county[1]);
    if (!problem(d.why)) return;
    var law = $("table").querySelector("[data-law='" + county[0] + "']").cloneNode(true);
    law.removeAttribute("id"); law.querySelector("h3").remove();
    var f = value("form"), p = value("papers"), c = value("custody");
    law.querySelectorAll(".block").forEach(function (b) {
      var forms = b.getAttribute("data-f").split(" "), papers = b.getAttribute("data-p").split(" ");
      if ((f !== "unknown" && forms.indexOf(f) < 0) || (p !== "unknown" && papers.indexOf(p) < 0 && papers[0] !== "always")) b.remove();
      else if (f !== "unknown") b.querySelectorAll(".forms").forEach(function (e) { e.remove(); });
    });
    law.querySelectorAll("[data-c]").forEach(function (b) { if (c !== "unknown" && b.getAttribute("data-c").split(" ").indexOf(c) < 0) b.remove(); });
    // One heading level up: here the parts stand right under the heading of the answer.
    law.querySelectorAll("h4").forEach(function (h) { var n = document.createElement("h3"); n.textContent = h.textContent; h.replaceWith(n); });
    law.querySelectorAll("details").forEach(function (e) { e.open = true; });
    ends(law, county[1], d.at);
    $("found").textContent = ""; $("found").appendChild(law);
    $("answer-h").textContent = put(W.answer, { county: county[2] });
    $("answer-due").textContent = d.at === null ? W["answer.nodue"] : put(W["answer.due"], { due: at(county[1], d.at) }) + (d.twice ? " " + W.fold : "");
    letter(county, d.at);
    $("answer").hidden = false; form.hidden = true; $("table").hidden = true;
    $("answer").focus(); $("answer").scrollIntoView();
  }
  // The letter is in English, since the jail reads it.
  function letter(county, due) {
    var list = $("letter-law").querySelector("ul");
    $("letter-county").textContent = county ? county[2] : "";
    $("letter-due").hidden = due === null; $("letter-blank").hidden = due !== null;
    $("letter-due").textContent = due === null ? "" : at(county[1], due, data.english);
    list.textContent = "";
    (county ? data.against[county[0]] : []).forEach(function (text) { var li = document.createElement("li"); li.textContent = text; list.appendChild(li); });
    $("letter-law").hidden = !list.children.length;
  }
  function again() { $("answer").hidden = true; form.hidden = stale(); $("table").hidden = false; letter(null, null); window.scrollTo(0, 0); $("county").focus(); }
  form.addEventListener("submit", show);
  form.noValidate = true;
  $("again").addEventListener("click", again);
  $("print").addEventListener("click", function () { window.print(); });
  form.hidden = stale();
  if (stale()) { $("stale").hidden = false; $("stale").textContent = W.stale; }
})();
