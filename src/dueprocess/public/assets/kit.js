// The kit's page: reads the form, asks engine.js, writes the answer. Nothing is kept or sent.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent), CAL = data.calendar, ZONE = data.zone;
  var $ = function (id) { return document.getElementById(id); };
  var form = $("form"), until = null, shown = null;
  var DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
  var TONES = { release: "info", may_hold: "caution", must_hold: "strong", review: "open", local_custody: "open", contradiction: "open" };
  var EVENTS = { ice_queried: "When did we ask ICE about this person? Leave it empty if we did not.", papers_received: "When had both the detainer and the officer's warrant come?",
    detainer_received: "When did the detainer come?", served: "When was the person given a copy?", booked: "When was the person booked?",
    known_to_jail: "When did the jail learn that release was due?", bail_refused: "When was bail refused because of the detainer?" };

  // -- times ---------------------------------------------------------------------------------------------------------
  function pad(n) { return (n < 10 ? "0" : "") + n; }
  function told(at) {
    var local = at + DP.offset(CAL, ZONE, at), day = Math.floor(local / 86400), s = local - day * 86400;
    var off = DP.offset(CAL, ZONE, at) / 60, sign = off < 0 ? "-" : "+"; off = Math.abs(off);
    return DP.iso(day) + " " + pad(Math.floor(s / 3600)) + ":" + pad(Math.floor(s / 60) % 60) + " (" + sign + pad(Math.floor(off / 60)) + ":" + pad(off % 60) + "), " + DAYS[(day + 4) % 7];
  }
  function span(seconds) {
    var m = Math.floor(seconds / 60), h = Math.floor(m / 60), days = Math.floor(h / 24);
    return h + " h " + m % 60 + " min" + (days > 2 ? " (" + days + " days " + h % 24 + " h)" : "");
  }
  function now() { return Math.floor(Date.now() / 1000); }
  function read(text) { // {at} or {why}; a time of the jail's clock
    var m = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})/.exec(text);
    if (!m) return { why: "" };
    if (m[1] < CAL.from || m[1] > CAL.until) return { why: "This kit answers for releases due from " + CAL.from + " to " + CAL.until + " only. Outside of that, ask counsel; nothing here allows keeping the person past release." };
    var found = DP.instants(CAL, ZONE, DP.ordinal(m[1]), m[2] * 3600 + m[3] * 60);
    if (!found.length) return { why: "The clocks go forward that night and leave this time out. Correct it." };
    $("fold").hidden = found.length < 2 ? true : false;
    return { at: found.length > 1 ? found[+$("which").value] : found[0] };
  }
  function stale() { return DP.iso(DP.localDay(CAL, ZONE, now())) > CAL.until; }
  function early() { return DP.iso(DP.localDay(CAL, ZONE, now())) < data.as_of; }

  // -- the form ------------------------------------------------------------------------------------------------------
  function value(name) { var e = form.querySelector("input[name='" + name + "']:checked"); return e ? e.value : null; }
  function tri(name) { var v = value(name); return v === "yes" ? true : v === "no" ? false : null; }
  function values(name) { return Array.prototype.map.call(form.querySelectorAll("input[name='" + name + "']:checked"), function (e) { return e.value; }); }
  function given() {
    var number = value("form"), facts = {}, events = {};
    data.facts.forEach(function (f, i) {
      if (f.type === "number") { var e = $("f" + i); if (e && e.value !== "") facts[f.name] = +e.value; return; }
      if (f.type === "date") { var d = $("f" + i); if (d && d.value !== "") facts[f.name] = d.value; return; }
      var v = value("f" + i);
      if (v !== null && v !== "") facts[f.name] = f.type === "boolean" ? v === "yes" : v;
    });
    var custody = data.custody[value("custody")];
    for (var n in custody || {}) facts[n] = custody[n];
    Object.keys(data.events).forEach(function (e) { var i = $("e-" + e); if (i && i.value) { var r = read(i.value); if (r.at) events[e] = r.at; } });
    return { form: number === null ? null : number === "?" ? "?" : +number, boxes: number !== null && number >= 0 ? values("box").filter(function (b) { return data.forms[+number].boxes.indexOf(b) >= 0; }) : [],
      signed: tri("signed"), served: tri("served"), cancelled: tri("cancelled"), papers: values("paper"), facts: facts, events: events };
  }
  // Only the questions on which this packet's cells turn are put.
  function ask(g, result) {
    var wanted = {}, says = result && result.says || {};
    (result && result.cells || []).forEach(function (cell) {
      data.rules[data.cells[cell][0]].forEach(function (rule) { rule[0].forEach(function (w) { wanted[w[0]] = true; }); });
    });
    var custody = data.custody[value("custody")] || {}, any = false;
    data.facts.forEach(function (f, i) {
      var e = $("q" + i), show = wanted[i] && says[f.name] === undefined && custody[f.name] === undefined;
      e.hidden = !show; any = any || show;
    });
    Object.keys(data.events).forEach(function (e) { any = true; });
    $("facts").hidden = !any;
  }
  function questions() {
    data.facts.forEach(function (f, i) {
      var set = make("fieldset", { id: "q" + i, className: "group", hidden: true }, [make("legend", {}, [f.ask])]);
      if (f.type === "number" || f.type === "date") set.appendChild(make("input", { id: "f" + i, type: f.type, min: 0 }, []));
      else {
        var choices = f.type === "boolean" ? [["yes", f.yes || "Yes"], ["no", f.no || "No"]] : f.values.map(function (v) { return [v, v]; });
        if (!f.no_where_absent) choices.push(["", f.determined ? "Nobody has" : "Not known"]);
        choices.forEach(function (c, n) {
          var last = c[0] === ""; // what was shown or claimed has no answer beforehand: somebody has to say so
          set.appendChild(make("label", {}, [make("input", { type: "radio", name: "f" + i, value: c[0], checked: last, defaultChecked: last }, []), " " + c[1]]));
        });
      }
      $("questions").appendChild(set);
    });
    Object.keys(data.events).forEach(function (e) {
      $("questions").appendChild(make("p", {}, [make("label", { htmlFor: "e-" + e }, [EVENTS[e] || e.replace(/_/g, " ") + "?"]), make("input", { id: "e-" + e, type: "datetime-local" }, [])]));
    });
  }

  // -- the answer ----------------------------------------------------------------------------------------------------
  function make(tag, set, children) {
    var e = document.createElement(tag);
    for (var k in set) e[k] = set[k];
    children.forEach(function (c) { e.appendChild(typeof c === "string" ? document.createTextNode(c) : c); });
    return e;
  }
  function p(text, name) { return make("p", { className: name || "" }, [text]); }
  function list(items) { return make("ul", {}, items.map(function (t) { return make("li", {}, [t]); })); }
  function norms(numbers) {
    var found = {}, order = [];
    numbers.forEach(function (n) { var k = data.norms[n].authority; if (!found[k]) { found[k] = []; order.push(k); } if (found[k].indexOf(n) < 0) found[k].push(n); });
    return order.map(function (k) {
      var all = found[k].map(function (n) { return data.norms[n]; });
      var because = all.map(function (n) { return n.because; }).filter(function (b, i, l) { return b && l.indexOf(b) === i; }).join(" ");
      if (k === "determination") return because; // a person, no law
      return (all[0].title || k) + ", " + all[0].citation + ". " + because + (all[0].binds ? "" : " Only persuades here.") + (all[0].reviewed ? "" : " (Not reviewed.)");
    });
  }
  function head(result, g, due) {
    var o = result.outcome, line;
    if (o === "local_custody") return ["LOCAL CUSTODY", "A reason of our own stands. Come back with the time when it ends: the answer may be another then."];
    if (o === "contradiction") return ["REVIEW", "What was answered cannot all be true: it contradicts what the papers say. Correct it. Until then nothing here allows keeping the person past release."];
    if (o === "release") return ["RELEASE", "The encoded law gives no authority to keep this person past release for ICE."];
    if (o === "review") {
      if (result.open === "duty") return ["REVIEW", "The encoded law permits the hold; whether it requires it is open." + (result.until === null ? "" : " At most until " + told(result.until) + ".")];
      line = "This person may not be held past release until this is settled. ";
      line += result.open === "fact" ? "Something that the law turns on is not known." : result.open === "adoption" ? "It rests on law that the agency's counsel has not adopted." : "The law here is not settled or not researched.";
      return ["REVIEW", line + " Call counsel."];
    }
    line = result.until === null ? "No end is encoded: read the paper." : "Until " + told(result.until) + " at the latest.";
    return [o === "must_hold" ? "MUST HOLD" : "MAY HOLD", (o === "may_hold" ? "Not required. " : "") + line];
  }
  function write(result, g, due) {
    var out = [], h = head(result, g, due), a = result.answer;
    var over = result.until !== null && now() >= result.until && h[0] !== "REVIEW";
    if (over) out.push(make("p", { className: "outcome info" }, [make("strong", {}, ["TIME IS UP: RELEASE"]), "The time in which the encoded law let the jail keep this person ended " + told(result.until) + "."]));
    out.push(make("p", { className: "outcome " + TONES[result.outcome] }, [make("strong", {}, [h[0]]), h[1]]));
    until = null;
    if (result.until !== null && !over) { until = result.until; out.push(make("p", {}, ["Time left: ", make("span", { id: "left" }, [span(until - now())]), " by this computer's clock."])); }
    if (a) {
      var hold = result.outcome === "may_hold" || result.outcome === "must_hold" || result.open === "duty";
      var because = a.reasons.map(function (n) { return data.norms[n].because; }).filter(function (b, i, l) { return b && l.indexOf(b) === i; });
      if (because.length) out.push(p("Why: " + because.join(" ")));
      if (result.outcome === "review" && a.law.length) out.push(p("Open: " + a.law.map(function (n) { return data.open[n] || n.replace(/_/g, " "); }).join("; ") + "."));
      if (result.outcome === "review" && result.ask.length) { out.push(make("h3", {}, ["Find out"])); out.push(list(result.ask.map(function (i) { return data.facts[i].ask; }))); }
      var against = a.against.concat(a.persuasive_against), pro = a["for"].concat(a.persuasive_for);
      var parts = hold ? [["Authority against the hold", against], ["Authority for the hold", pro]] : [["Authority against a hold", against], ["Authority for a hold, overruled or not binding here", pro]];
      parts.forEach(function (part) { if (part[1].length) { out.push(make("h3", {}, [part[0]])); out.push(list(norms(part[1]))); } });
      if (!against.length && hold) { out.push(make("h3", {}, ["Authority against the hold"])); out.push(p("None is encoded for this place. That is not to say that there is none.")); }
    }
    if (result.paper) { out.push(make("h3", {}, ["Find out"])); out.push(list([["signed", "Is it signed by an immigration officer?"], ["served", "Was a copy given to the person?"]].filter(function (q) { return g[q[0]] === null && !$("q-" + q[0]).hidden; }).map(function (q) { return q[1]; }).concat(["Do the boxes ask for a hold, and is a reason ticked?"]))); }
    if (result.clocks.length) out.push.apply(out, clocks(result));
    if (result.cells && result.cells.length) {
      var duties = data.actions[data.cells[result.cells[0]][1]].filter(function (d) { return d[1] !== "free"; });
      if (duties.length) { out.push(make("h3", {}, ["Also"])); out.push(list(duties.map(function (d) { return data.duty[d[1]].replace("{action}", data.action[d[0]] || d[0].replace(/_/g, " ")) + " (" + d[2].map(function (n) { return data.norms[n].citation; }).filter(function (c, i, l) { return l.indexOf(c) === i; }).join("; ") + ")"; }))); }
    }
    var box = $("told"); box.textContent = ""; out.forEach(function (e) { box.appendChild(e); });
    record(g, due, h, result);
  }
  function clocks(result) {
    var rows = [make("tr", {}, ["Limit", "Ends", "Counted", "Standing"].map(function (t) { return make("th", { scope: "col" }, [t]); }))];
    result.clocks.forEach(function (c) {
      var n = data.norms[c.limit.norm], hours = c.limit.until_end_of_day ? "to the end of the day" : c.limit.hours + " h" + (c.limit.excluding.length ? ", not counting " + c.limit.excluding.map(function (x) { return x.replace("_", " "); }).join(" and ") : ", every hour");
      var steps = c.steps.map(function (s) { return (s.excluded ? s.excluded + " not counted" : span(s.counted) + " counted") + " to " + told(s.until); });
      var standing = c.defeated ? "overruled" : c.state === "claimed" ? "only persuades here" : c.ends === "duty" ? "ends only the duty" : c.governs && c.end === result.until ? "ends the hold" : c.state === "unknown" ? "open whether it applies" : c.start === null ? "counts from another event: give its time above" : "applies";
      rows.push(make("tr", {}, [make("td", {}, [hours + ". " + n.citation]), make("td", {}, [c.end === null ? "" : told(c.end)]), make("td", {}, [steps.join("; ")]), make("td", {}, [standing])]));
    });
    return [make("h3", {}, ["Clocks"]), make("div", { className: "scroll", tabIndex: 0 }, [make("table", {}, [make("tbody", {}, rows)])])];
  }
  function record(g, due, h, result) {
    var rows = [["Booking number", $("booking").value || "not given"], ["Release due", told(due)], ["Looked up", told(now()) + " by this computer's clock"], ["Answer", h[0] + ". " + h[1]]];
    var yes = function (v) { return v === true ? "yes" : v === false ? "no" : "not known"; };
    if (g.form >= 0) {
      var f = data.forms[g.form];
      rows.push(["Detainer", f.name + " (" + f.footer + "); boxes ticked: " + (g.boxes.map(function (b) { return data.boxes[b]; }).join("; ") || "none") + "; signed by an immigration officer: " + yes(g.signed) + "; copy given to the person: " + yes(g.served) + "; cancelled: " + yes(g.cancelled)]);
    } else rows.push(["Detainer", g.form === -1 ? "none" : "could not be told"]);
    rows.push(["Other papers", g.papers.map(function (x) { return data.papers[x]; }).join("; ") || "none"]);
    data.facts.forEach(function (f, i) { if (!$("q" + i).hidden) rows.push([f.ask, g.facts[f.name] === undefined ? (f.no_where_absent ? "not answered" : f.determined ? "nobody has" : "not known") : typeof g.facts[f.name] === "boolean" ? (f.determined ? (g.facts[f.name] ? f.yes : f.no) : yes(g.facts[f.name])) : String(g.facts[f.name])]); });
    rows.push(["Law", data.law_version + ", as of " + data.as_of]);
    var box = $("given"); box.textContent = "";
    box.appendChild(make("dl", {}, rows.reduce(function (l, r) { return l.concat([make("dt", {}, [r[0]]), make("dd", {}, [r[1]])]); }, [])));
  }

  function work() {
    var due = read($("due").value), g = given(), number = g.form, listed = typeof number === "number" && number >= 0;
    $("due-why").textContent = due.why || "";
    $("detainer").hidden = !listed;
    if (listed) {
      var f = data.forms[number];
      form.querySelectorAll("[data-box]").forEach(function (l) { l.hidden = f.boxes.indexOf(l.getAttribute("data-box")) < 0; });
      $("boxes").hidden = !f.boxes.length;
      $("q-served").hidden = f.says.every(function (s) { return s.service_required === false; });
    }
    var ready = due.at !== undefined && value("local") !== null && (value("local") === "yes" || number !== null);
    $("print").disabled = !ready || stale();
    if (stale()) { $("told").textContent = ""; $("told").appendChild(p("No answer: this kit is out of date.", "notice alarm")); return; }
    if (!ready) { $("told").textContent = ""; $("told").appendChild(p(due.why || "Fill in 1 and 2.")); $("facts").hidden = true; until = null; return; }
    var result;
    g.due = due.at;
    if (value("local") === "yes") result = { outcome: "local_custody", clocks: [], until: null, ask: [] };
    else if (number === "?") result = { outcome: "review", open: "fact", clocks: [], until: null, ask: [], answer: null };
    else { result = DP.answer(data, g); result.says = listed ? says(data.forms[number], g.boxes) : {}; }
    ask(g, result);
    // A hold waits for every question about what the person said or showed; a release waits for none.
    var silent = [];
    data.facts.forEach(function (f, i) { if (f.no_where_absent && !$("q" + i).hidden && value("f" + i) === null) silent.push(i); });
    if (silent.length && result.outcome !== "release" && result.outcome !== "local_custody") {
      result = { outcome: "review", open: "fact", clocks: [], until: null, ask: silent, answer: result.answer, cells: result.cells, requests: result.requests };
    }
    write(result, g, due.at);
  }
  function says(f, boxes) {
    var bits = 0, found = {};
    f.boxes.forEach(function (b, i) { if (boxes.indexOf(b) >= 0) bits |= 1 << i; });
    var s = f.says[f.by_boxes[bits]];
    for (var n in s) if (s[n] !== null) found[n] = s[n];
    return found;
  }
  function tick() {
    var at = now(), inside = at >= CAL.zones[ZONE][0][0] && !stale();
    $("clock").hidden = false;
    $("clock").textContent = "This computer says it is " + (inside ? told(at) : DP.iso(Math.floor(at / 86400))) + ". If the wall clock says otherwise, correct the computer: the countdown goes by it.";
    $("stale").hidden = !(stale() || early());
    $("stale").textContent = stale() ? "This kit is out of date since " + data.good_until + " and gives no answer: ask for a new one. Until then call counsel; nothing here allows keeping anyone past release."
      : early() ? "This computer's date is before the day on which this kit was made (" + data.as_of + "). Correct the computer's clock." : "";
    if (until !== null) { if (at >= until) work(); else if ($("left")) $("left").textContent = span(until - at); }
  }
  function show(which) {
    document.body.className = which;
    $("case").hidden = which !== "case"; $("card").hidden = which !== "card";
    $("show-case").setAttribute("aria-pressed", String(which === "case")); $("show-card").setAttribute("aria-pressed", String(which === "card"));
  }
  questions();
  form.addEventListener("input", work);
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  $("print").addEventListener("click", function () { window.print(); });
  $("print-card").addEventListener("click", function () { window.print(); });
  $("show-case").addEventListener("click", function () { show("case"); });
  $("show-card").addEventListener("click", function () { show("card"); });
  $("again").addEventListener("click", function () { form.reset(); work(); window.scrollTo(0, 0); });
  form.reset(); show("case"); work(); tick();
  setInterval(tick, 1000);
})();
