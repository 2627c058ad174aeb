// Looks decision tables up and does the arithmetic of the clock. It knows no law: outcomes, limits and the days that do
// not count are data, worked out beforehand. Instants are seconds since 1970-01-01T00:00:00Z; the zone's offsets are data
// too, since a browser's own zones may be old. No Date is asked for anything but plain calendar arithmetic in UTC.
var DP = (function () {
  "use strict";
  var DAY = 86400;

  function ordinal(text) { return Date.UTC(+text.slice(0, 4), +text.slice(5, 7) - 1, +text.slice(8, 10)) / 1000 / DAY; }
  function iso(day) { return new Date(day * DAY * 1000).toISOString().slice(0, 10); }

  function offset(calendar, zone, at) {
    var stretches = calendar.zones[zone], found = stretches[0][1];
    for (var i = 0; i < stretches.length && stretches[i][0] <= at; i++) found = stretches[i][1];
    return found;
  }
  function localDay(calendar, zone, at) { return Math.floor((at + offset(calendar, zone, at)) / DAY); }
  // The instants at which a local clock shows this: none in the hour that spring leaves out, two in the hour that fall repeats.
  function instants(calendar, zone, day, seconds) {
    var wall = day * DAY + seconds, found = [];
    calendar.zones[zone].forEach(function (stretch) {
      var at = wall - stretch[1];
      if (offset(calendar, zone, at) === stretch[1] && found.indexOf(at) < 0) found.push(at);
    });
    return found.sort(function (a, b) { return a - b; });
  }
  function midnight(calendar, zone, day) {
    var found = instants(calendar, zone, day, 0);
    return found.length ? found[0] : day * DAY - offset(calendar, zone, day * DAY - DAY / 2);
  }
  function excluded(calendar, day, excluding) {
    var text = iso(day);
    if (excluding.indexOf("federal_holidays") >= 0 && calendar.holidays[text]) return calendar.holidays[text];
    var week = (day + 4) % 7;
    if (excluding.indexOf("weekends") >= 0 && (week === 6 || week === 0)) return week ? "Saturday" : "Sunday";
    return null;
  }
  // The end of a limit and its stretches: {from, until, counted, excluded}. Elapsed seconds count; what starts on a day that
  // does not count starts at the next counted midnight.
  function deadline(calendar, zone, start, clock) {
    var day = localDay(calendar, zone, start), end;
    if (clock.until_end_of_day) {
      end = midnight(calendar, zone, day + 1);
      return { end: end, steps: [{ from: start, until: end, counted: end - start, excluded: null }] };
    }
    var left = Math.round((clock.hours || 0) * 3600);
    if (!clock.excluding.length) return { end: start + left, steps: [{ from: start, until: start + left, counted: left, excluded: null }] };
    var steps = [], at = start;
    for (var last = day + 60; day < last; day++) {
      var close = midnight(calendar, zone, day + 1), why = excluded(calendar, day, clock.excluding);
      if (why) { steps.push({ from: at, until: close, counted: 0, excluded: why }); at = close; continue; }
      var counted = Math.min(left, close - at);
      steps.push({ from: at, until: at + counted, counted: counted, excluded: null });
      left -= counted; at += counted;
      if (!left) return { end: at, steps: steps };
    }
    throw new Error("the limit does not end within the calendar");
  }

  function keyOf(fact, value) {
    if (value === undefined || value === null) return fact.no_where_absent ? false : null;
    if (!fact.classes) return value;
    for (var i = 0; i < fact.classes.length; i++) {
      var c = fact.classes[i];
      if (c.low !== null && c.low === c.high) { if (value === c.low) return c.key; }
      else if ((c.low === null || c.low < value) && (c.high === null || value < c.high)) return c.key;
    }
    return null;
  }
  // The one rule of a cell that fits the facts; null where the facts contradict what the papers say.
  function lookup(data, cell, facts) {
    var keys = data.facts.map(function (f) { return keyOf(f, facts[f.name]); });
    var rules = data.rules[data.cells[cell][0]];
    for (var i = 0; i < rules.length; i++) {
      if (rules[i][0].every(function (w) { return w[1].indexOf(keys[w[0]]) >= 0; })) return rules[i];
    }
    return null;
  }

  function companion(papers) {
    var has = function (p) { return papers.indexOf(p) >= 0; };
    var named = [has("i-205") ? "i-205" : has("i-200") ? "i-200" : ""].concat(
      ["immigration-judge", "judge-order", "judge-finding", "judge-warrant"].filter(has));
    return named.filter(Boolean).join("+") || "alone";
  }
  function ways(value) { return value === null || value === undefined ? [true, false] : [value]; }
  // What the detainer may come to, where something about it is not known: more than one request.
  function requests(form, says, given) {
    var found = [];
    ways(given.cancelled).forEach(function (cancelled) {
      if (cancelled) { found.push("none"); return; }
      ways(says.hold_requested).forEach(function (asks) {
        if (!asks) { found.push("notice"); return; }
        ways(given.signed).forEach(function (signed) {
          ways(says.service_required === false ? true : given.served).forEach(function (served) {
            ways(says.detainer_complete).forEach(function (complete) {
              found.push(!signed ? "unsigned" : !served ? "unserved" : !complete ? "incomplete" : "good");
            });
          });
        });
      });
    });
    return found.filter(function (r, i) { return found.indexOf(r) === i; });
  }

  // given: {form (its number, or -1: no detainer), boxes: [names], signed, served, cancelled, papers: [ids], facts, events,
  // due}. The answer: {outcome, open, rule, answer, facts, requests, ask, clocks, until}.
  function answer(data, given) {
    var form = given.form < 0 ? null : data.forms[given.form], facts = {}, name;
    for (name in given.facts) facts[name] = given.facts[name];
    var says = {};
    if (form) {
      var bits = 0;
      form.boxes.forEach(function (b, i) { if (given.boxes.indexOf(b) >= 0) bits |= 1 << i; });
      says = form.says[form.by_boxes[bits]];
      for (name in says) if (says[name] !== null) facts[name] = says[name];
    }
    var beside = companion(given.papers), asked = form ? requests(form, says, given) : ["none"];
    var at = data.companions.indexOf(beside), shape = data.shapes[(form || data.forms[0]).packets];
    var rules = [], cells = [];
    asked.forEach(function (request) {
      if (request === "none" && beside === "alone") { rules.push(null); return; }
      // A form of which no notice-only printing exists: what asks for no hold is no request in force, as one unsigned is none.
      var cell = (shape[request] || shape.unsigned)[at], rule = lookup(data, cell, facts);
      cells.push(cell);
      if (rule) rules.push(rule);
    });
    if (!rules.length) return { outcome: "contradiction", requests: asked, clocks: [], until: null };
    var told = rules.map(function (rule) {
      if (!rule) return { outcome: "release", open: null, rule: null, answer: null };
      var a = data.answers[rule[1]];
      return { outcome: a.outcome, open: a.open, rule: rule, answer: a };
    });
    var first = told[0];
    var same = told.every(function (t) { return t.outcome === first.outcome; });
    var out = same ? first : { outcome: "review", open: "fact", rule: null, answer: null };
    var result = { outcome: out.outcome, open: out.open, answer: out.answer, facts: facts, requests: asked, cells: cells,
      ask: out.rule ? out.rule[2] : [], paper: !same, clocks: [], until: null };
    if (out.answer && (out.outcome === "may_hold" || out.outcome === "must_hold" || out.open === "duty")) {
      result.clocks = clocks(data, form, out.answer, given);
      result.clocks.forEach(function (c) {
        if (c.governs && (result.until === null || c.end < result.until)) result.until = c.end;
      });
    }
    return result;
  }
  // The clocks of an answer with their ends. Those that bind, that nothing overrules and that end the hold govern it.
  function clocks(data, form, answer, given) {
    return answer.clocks.map(function (number) {
      var c = data.clocks[number], limit = c.limit === undefined ? c : form.limits[c.limit];
      var start = limit.counted_from === "release_due" ? given.due : given.events ? given.events[limit.counted_from] : undefined;
      var known = start !== undefined && start !== null;
      var ran = known ? deadline(data.calendar, data.zone, start, limit) : null;
      return { limit: limit, ends: c.ends, state: c.state, defeated: c.defeated, start: known ? start : null,
        end: ran ? ran.end : null, steps: ran ? ran.steps : [],
        governs: known && c.state !== "claimed" && !c.defeated && c.ends !== "duty" };
    });
  }
  return { ordinal: ordinal, iso: iso, offset: offset, localDay: localDay, instants: instants, midnight: midnight,
    deadline: deadline, lookup: lookup, answer: answer };
})();
