/* Filters and sorts the tables of findings, and opens what is folded before printing. Nothing on the page needs it. */
"use strict";
(function () {
  function cell(row, i) { return row.cells[i].textContent; }
  var rank = ["info", "low", "medium", "high", "derived", "inferred", "observed", "proven"];
  function value(text) {
    var at = rank.indexOf(text);
    if (at >= 0) return at;
    var number = /^[A-Z]?(\d+)/.exec(text);
    return number ? Number(number[1]) : text;
  }
  function compare(a, b) {
    if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
    return typeof a === "number" ? -1 : 1;
  }
  function sortable(table, heads, rows) {
    heads.forEach(function (head, i) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        rows.sort(function (a, b) {
          var order = compare(value(cell(a, i)), value(cell(b, i)));
          return down ? -order : order;
        });
        rows.forEach(function (row) { table.tBodies[0].appendChild(row); });
      });
    });
  }
  function labelled(name, control) {
    var label = document.createElement("label");
    label.textContent = name;
    label.appendChild(control);
    return label;
  }
  function choice(rows, i, name) {
    var select = document.createElement("select"), seen = {};
    select.appendChild(new Option("all", ""));
    rows.forEach(function (row) {
      var text = cell(row, i);
      if (text !== "" && !Object.prototype.hasOwnProperty.call(seen, text)) {
        seen[text] = true;
        select.appendChild(new Option(text, text));
      }
    });
    return labelled(name, select);
  }
  function filtered(table, heads, rows) {
    var tools = document.createElement("div"), search = document.createElement("input"), said = document.createElement("span");
    var selects = [1, 2, 4].map(function (i) { return [i, choice(rows, i, heads[i].textContent)]; });
    search.type = "search";
    tools.className = "tools";
    said.setAttribute("role", "status");
    tools.appendChild(labelled("Filter", search));
    selects.forEach(function (pair) { tools.appendChild(pair[1]); });
    tools.appendChild(said);
    table.parentNode.parentNode.insertBefore(tools, table.parentNode);
    function apply() {
      var words = search.value.toLowerCase(), n = 0;
      rows.forEach(function (row) {
        var shown = row.textContent.toLowerCase().indexOf(words) >= 0 && selects.every(function (pair) {
          var wanted = pair[1].lastChild.value;
          return wanted === "" || cell(row, pair[0]) === wanted;
        });
        row.hidden = !shown;
        n += shown ? 1 : 0;
      });
      said.textContent = n + " of " + rows.length + " shown";
    }
    tools.addEventListener("input", apply);
    apply();
  }
  Array.prototype.forEach.call(document.querySelectorAll("table[data-tool]"), function (table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    filtered(table, heads, rows);
    sortable(table, heads, rows);
  });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll("details"), function (fold) { return !fold.open; });
    opened.forEach(function (fold) { fold.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (fold) { fold.open = false; });
  });
})();
