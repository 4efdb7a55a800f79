// The lines of a worksheet: rows are fetched where one looks, so that a million are as quick as ten.
"use strict";

(() => {
  const grid = document.getElementById("grid");
  const heightBox = grid.querySelector(".grid-height");
  const table = grid.querySelector("table");
  const body = table.tBodies[0];
  const dialog = document.getElementById("dialog");
  const csrf = document.querySelector("meta[name=csrf]").content;
  const ROW = 32, MOST_KNOWN = 3000, REST = 100, MOMENT = 50;
  // Browsers cannot make a box of any height: beyond this, scrolling a little moves more rows.
  const HIGHEST = 8_000_000;
  const columns = table.tHead.rows[0].cells.length;
  // Rows by their places; null while they are on their way.
  const known = new Map();
  let total = Number(grid.dataset.total);
  let asking = 0, first = 0, chosen = "", sort = "", generation = 0, active = { row: 0, column: 0 }, editing = null, timer = 0, late = 0, removing = false, lost = false, typing = 0;

  const headHeight = () => table.tHead.offsetHeight;
  const fitting = () => Math.max(1, Math.floor((grid.clientHeight - headHeight()) / ROW));
  const lastFirst = () => Math.max(0, total - fitting());

  function size() {
    heightBox.style.height = `${Math.max(grid.clientHeight, Math.min(HIGHEST, headHeight() + total * ROW))}px`;
    table.setAttribute("aria-rowcount", total + 2);
  }

  function filters() {
    return [...table.querySelectorAll("[data-filter]")].filter((input) => input.value.trim());
  }

  const typed = () => filters().map((input) => [input.dataset.filter, input.value]);
  // Those in force: while one types, rows of the filters of before may still be fetched.
  let filtered = typed();

  function address(start, count) {
    const asked = new URLSearchParams({ start, count });
    if (sort) asked.set("sort", sort);
    asked.set("fl", grid.dataset.language);
    if (grid.dataset.version) asked.set("version", grid.dataset.version);
    for (const [name, text] of filtered) asked.set(`f-${name}`, text);
    return `${grid.dataset.rows}?${asked}`;
  }

  async function ask(url, options = {}) {
    const headers = { "HX-Request": "true", "X-CSRF-Token": csrf };
    let response, text;
    try {
      response = await fetch(url, { cache: "no-store", ...options, headers });
      text = await response.text();
    } catch {
      lost = !options.method;
      sayFailed();
      return null;
    }
    if (response.headers.get("HX-Redirect")) {
      // Who has to sign in again has saved nothing.
      if (editing) editing.saving = false;
      location.href = response.headers.get("HX-Redirect");
      return null;
    }
    // What was only to be read needs no word any more when it can be read again.
    if (lost) { lost = false; document.getElementById("messages").replaceChildren(); }
    if (!response.ok) {
      say(text);
      // Somebody else took that line off.
      if (response.status === 404 && !url.startsWith(grid.dataset.rows)) changedElsewhere();
      return null;
    }
    return { text, total: response.headers.get("X-Total"), action: response.headers.get("X-Action") };
  }

  function rowsIn(html) {
    const holder = document.createElement("template");
    holder.innerHTML = `<table><tbody>${html}</tbody></table>`;
    return [...holder.content.querySelectorAll("tr")];
  }

  async function fetchRows([from, to], ahead = false) {
    if (from >= to) return;
    const asked = generation;
    for (let place = from; place < to; place++) if (!known.has(place)) known.set(place, null);
    if (!ahead) asking++;
    const answer = await ask(address(from, to - from));
    if (!ahead) asking--;
    if (asked !== generation) return;
    for (let place = from; place < to; place++) if (!known.get(place)) known.delete(place);
    if (!answer) { markFilters(); return; }
    for (const row of rowsIn(answer.text)) known.set(Number(row.dataset.place), row);
    for (const place of known.keys()) if (known.size > MOST_KNOWN) known.delete(place);
    if (Number(answer.total) !== total) { total = Number(answer.total); size(); }
    show();
  }

  function changedElsewhere() {
    again(true);
    document.body.dispatchEvent(new CustomEvent("lines-changed"));
  }

  // The filters that a refusal is about.
  function markFilters() {
    const wrong = [...document.querySelectorAll("#messages [data-place]")].map((said) => said.dataset.place.split(".").at(-1));
    for (const input of filters()) if (wrong.includes(input.dataset.filter)) input.setAttribute("aria-invalid", "true");
  }

  // What is not known of these places, without its known ends.
  function missing(from, to) {
    from = Math.max(0, from);
    to = Math.min(total, to);
    while (from < to && known.has(from)) from++;
    while (from < to && known.has(to - 1)) to--;
    return [from, to];
  }

  function fetchMissing(fits) {
    const end = Math.min(total, first + fits), [from, to] = missing(first, end);
    clearTimeout(timer);
    if (from === to) {
      // Where one rests, the screenfuls before and after come too; not of the past, where all that is read is recorded.
      if (grid.dataset.version) return;
      const around = () => { fetchRows(missing(first - fits, first), true); fetchRows(missing(end, end + fits), true); };
      timer = setTimeout(around, REST);
      return;
    }
    // After a jump only what is seen, which is there sooner; a step further on or back, a screenful more, but not of the past.
    const more = grid.dataset.version ? 0 : fits;
    const wanted = from > first ? missing(from, to + more) : to < end ? missing(from - more, to) : [from, to];
    // While one drags past many rows and an answer is awaited, only those where one stops are fetched.
    if (asking) timer = setTimeout(() => fetchRows(wanted), 40); else fetchRows(wanted);
  }

  function show(waits = true) {
    const hadFocus = body.contains(document.activeElement);
    // Measured before rows change: after that the browser would have to lay them out at once.
    const fits = fitting();
    first = Math.min(first, Math.max(0, total - fits));
    // The line one was at may have been the last, and be gone.
    active.row = Math.max(0, Math.min(active.row, total - 1));
    // Before rows are drawn, so that the answer is on its way meanwhile.
    fetchMissing(fits);
    const rows = [];
    for (let place = first; place < Math.min(total, first + fits); place++) rows.push(known.get(place) || waiting(place));
    if (!total) rows.push(nothing());
    // What was there stays for a moment, in which the others mostly come: nothing flickers, and nothing is laid out twice.
    const keeps = waits && rows.some((row) => row.className === "waiting");
    if (!keeps) { clearTimeout(late); late = 0; } else late ||= setTimeout(() => { late = 0; show(false); }, MOMENT);
    // What stays as it was is neither laid out nor said again. The page may come with more rows than fit: they are out of sight.
    const there = body.rows.length, spare = !first && there < total / 2;
    const stays = rows.every((row, index) => row === body.rows[index]) && (rows.length === there || spare);
    if (!editing && !stays && !keeps) body.replaceChildren(...rows);
    mark(hadFocus);
    const where = total ? grid.dataset.place.replace("##", written(total)).replace("#", written(active.row + 1)) : "";
    const said = document.getElementById("grid-place");
    if (said.textContent !== where) said.textContent = where;
  }

  const written = (number) => number.toLocaleString(grid.dataset.language === "nl" ? "nl-NL" : "en-GB");

  function waiting(place) {
    const row = document.createElement("tr");
    row.className = "waiting";
    row.dataset.place = place;
    row.setAttribute("aria-rowindex", place + 3);
    for (let column = 0; column < columns; column++) {
      const cell = row.insertCell();
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = -1;
      cell.textContent = column ? "" : "…";
    }
    return row;
  }

  function nothing() {
    const row = document.createElement("tr");
    const cell = row.insertCell();
    cell.setAttribute("role", "gridcell");
    cell.colSpan = columns;
    cell.className = "nothing";
    cell.textContent = filtered.length ? grid.dataset.nothing : grid.dataset.empty;
    return row;
  }

  function mark(focus) {
    for (const cell of body.querySelectorAll("td[tabindex='0']")) cell.tabIndex = -1;
    const row = body.querySelector(`tr[data-place='${active.row}']`) || (focus ? null : body.rows[0]);
    const cell = row && row.cells[Math.min(active.column, row.cells.length - 1)];
    if (!cell) return;
    cell.tabIndex = 0;
    if (focus && !editing) cell.focus({ preventScroll: true });
  }

  function scrollTo(place) {
    first = Math.max(0, Math.min(place, lastFirst()));
    const range = heightBox.offsetHeight - grid.clientHeight;
    if (range > 0 && lastFirst()) grid.scrollTop = Math.round((first / lastFirst()) * range);
    show();
  }

  let scrolledTo = -1;
  grid.addEventListener("scroll", () => {
    const range = heightBox.offsetHeight - grid.clientHeight;
    if (grid.scrollTop === scrolledTo || editing) return;
    scrolledTo = grid.scrollTop;
    const place = range > 0 ? Math.round((grid.scrollTop / range) * lastFirst()) : 0;
    // A jump by the keyboard has set `first` itself; rounding must not move it.
    if (Math.abs(place - first) * (range / Math.max(1, lastFirst())) < 1) return;
    first = place;
    show();
  }, { passive: true });

  function move(row, column) {
    chosen = "";
    active = { row: Math.max(0, Math.min(total - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) };
    if (active.row < first) scrollTo(active.row);
    else if (active.row >= first + fitting()) scrollTo(active.row - fitting() + 1);
    else show();
    mark(true);
    reveal(body.querySelector("td[tabindex='0']"));
  }

  // The first column and the last stay where they are: what is scrolled to must not end up behind them.
  function reveal(part) {
    const { cells } = table.tHead.rows[0];
    const width = (heading) => (getComputedStyle(heading).position === "sticky" ? heading.offsetWidth : 0);
    grid.style.scrollPaddingInline = `${width(cells[0])}px ${width(cells[columns - 1])}px`;
    const { scrollLeft } = grid;
    part?.scrollIntoView({ block: "nearest", inline: "nearest" });
    // The actions are in sight wherever one is; room for them beside themselves would move all other columns.
    if (part?.closest("td").cellIndex === columns - 1) grid.scrollLeft = scrollLeft;
  }

  function again(keep) {
    generation++;
    clearTimeout(typing);
    filtered = typed();
    chosen = "";
    known.clear();
    for (const input of table.querySelectorAll("[data-filter][aria-invalid]")) input.removeAttribute("aria-invalid");
    if (!keep) { first = 0; active = { row: 0, column: active.column }; grid.scrollTop = 0; }
    return fetchRows([first, first + fitting()]);
  }

  // Changing a value in place

  async function edit(cell) {
    if (!cell || !cell.dataset.field || editing) return;
    const row = cell.closest("tr");
    const url = `${grid.dataset.lines}/${row.dataset.line}/edit/${cell.dataset.field}`;
    const answer = await ask(url);
    if (!answer || editing || !cell.isConnected) return;
    editing = { cell, url, before: [...cell.childNodes], row, generation };
    cell.classList.add("editing");
    cell.innerHTML = answer.text;
    const field = cell.querySelector("[name]");
    editing.value = valueOf(field);
    field.focus();
    reveal(field);
    cell.removeAttribute("tabindex");
    if (field.select) field.select();
  }

  // What is typed in a cell is not lost without a question either; what is on its way will be there.
  const askFirst = (event) => {
    if (editing && !editing.saving && valueOf(editing.cell.querySelector("[name]")) !== editing.value) event.preventDefault();
  };
  body.addEventListener("input", () => addEventListener("beforeunload", askFirst), { once: true });
  const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "on" : "") : field.value);

  function leave(focus) {
    const { cell, before } = editing;
    if (cell.querySelector("[aria-invalid]")) document.getElementById("messages").replaceChildren();
    editing = null;
    chosen = "";
    cell.classList.remove("editing");
    cell.tabIndex = 0;
    cell.replaceChildren(...before);
    if (focus) cell.focus();
    show();
  }

  async function save(focus) {
    if (!editing || editing.saving) return;
    const { cell, url, row } = editing;
    const field = cell.querySelector("[name]");
    if (valueOf(field) === editing.value) { leave(focus); return; }
    editing.saving = true;
    const sent = new FormData();
    sent.set(field.name, valueOf(field));
    sent.set("place", row.dataset.place);
    document.getElementById("messages").replaceChildren();
    const answer = await ask(url, { method: "POST", body: sent });
    if (!editing) return;
    if (!answer) { editing.saving = false; field.setAttribute("aria-invalid", "true"); field.focus(); return; }
    const [changed] = rowsIn(answer.text);
    const moved = editing.generation !== generation;
    editing = null;
    row.replaceWith(changed);
    // Sorted, filtered or shortened meanwhile: its place is another one now.
    if (moved) again(true); else known.set(Number(row.dataset.place), changed);
    mark(focus);
    document.body.dispatchEvent(new CustomEvent("lines-changed"));
  }

  async function remove(row) {
    if (removing || !row.dataset.line || !body.querySelector("[data-do=remove]")) return;
    removing = true;
    const answer = await ask(`${grid.dataset.lines}/${row.dataset.line}/remove`, { method: "POST" });
    if (answer) {
      const undo = document.getElementById("undo");
      undo.hidden = false;
      undo.querySelector("[name=removal]").value = answer.action;
      total--;
      size();
      // Until then the row of the line that went is still there.
      await again(true);
    }
    removing = false;
    if (!answer) return;
    document.body.dispatchEvent(new CustomEvent("lines-changed"));
    move(Math.min(active.row, total - 1), active.column);
  }

  async function why(row) {
    const version = grid.dataset.version ? `?version=${grid.dataset.version}` : "";
    const answer = await ask(`${grid.dataset.lines}/${row.dataset.line}/why${version}`);
    if (!answer) return;
    document.getElementById("dialog-content").innerHTML = answer.text;
    const names = ["no", "company_name", "name"].map((part) => row.querySelector(`.c-contact_${part}`).textContent);
    document.getElementById("dialog-who").textContent = names.filter(Boolean).join(" · ");
    localTimes(dialog);
    dialog.showModal();
  }

  function letter(row) {
    location.href = `${grid.dataset.lines}/${row.dataset.line}/letter`;
  }

  function act(cell) {
    const link = cell.querySelector("a");
    const button = cell.querySelector("[data-do]");
    if (link) link.click();
    else if (button) button.focus();
    else edit(cell);
  }

  body.addEventListener("click", (event) => {
    const cell = event.target.closest("td"), button = event.target.closest("[data-do]");
    if (!cell || editing && editing.cell === cell) return;
    const row = cell.closest("tr"), place = `${row.dataset.place} ${cell.cellIndex}`;
    active = { row: Number(row.dataset.place), column: cell.cellIndex };
    mark(!button);
    if (button) ({ why, letter, remove })[button.dataset.do](row);
    // A second click or tap on the same cell changes it.
    else if (chosen === place) edit(cell);
    chosen = place;
  });
  body.addEventListener("focusout", (event) => {
    if (editing && event.target !== editing.cell && editing.cell.contains(event.target) && !editing.cell.contains(event.relatedTarget)) save(false);
  });

  table.addEventListener("keydown", (event) => {
    if (editing) {
      const line = event.target.matches("textarea") && !event.ctrlKey && !event.metaKey;
      if (event.key === "Enter" && !line) { event.preventDefault(); save(true); }
      if (event.key === "Escape") { event.preventDefault(); leave(true); }
      return;
    }
    const cell = event.target.closest("tbody td");
    if (!cell) return;
    if (event.target !== cell) {
      // Among the buttons of a row: to the next one, or back to the cell.
      const next = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
      if (event.key === "Escape") cell.focus();
      else if (next && event.target[next]) event.target[next].focus();
      else if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      return;
    }
    const { row, column } = active, far = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
      PageDown: [row + fitting(), column], PageUp: [row - fitting(), column],
      Home: [far ? 0 : row, 0], End: [far ? total - 1 : row, columns - 1],
    };
    // Until rows come, the focus is still in the row that was left.
    const left = late && Number(cell.parentElement.dataset.place) !== row;
    if (moves[event.key]) move(...moves[event.key]);
    else if (event.key === "Enter" || event.key === "F2") left || act(cell);
    else if (event.key === "Delete") left || event.repeat || remove(cell.closest("tr"));
    else return;
    event.preventDefault();
  });

  // Past the headings and filters of all columns
  document.getElementById("to-lines")?.addEventListener("click", (event) => { event.preventDefault(); move(active.row, active.column); });

  // Order and filters

  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    const name = button.dataset.sort;
    sortBy(sort === name ? `-${name}` : sort === `-${name}` ? "" : name);
    again(false);
  });
  function sortBy(order) {
    sort = order;
    for (const heading of table.tHead.rows[0].cells) heading.removeAttribute("aria-sort");
    const heading = sort && table.querySelector(`th[data-column="${sort.replace("-", "")}"]`);
    if (heading) heading.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
  }
  table.tHead.addEventListener("input", (event) => {
    if (!event.target.dataset.filter) return;
    clearTimeout(typing);
    typing = setTimeout(() => { document.getElementById("messages").replaceChildren(); again(false); }, 350);
  });

  // The page comes with its first rows.
  if (!filtered.length) for (const row of body.rows) known.set(Number(row.dataset.place), row);
  // Left, kept and come back to: meanwhile something may have been changed elsewhere.
  addEventListener("pageshow", (event) => {
    if (event.persisted) changedElsewhere();
  });
  addEventListener("online", () => { if (lost) again(true); });
  // Not every browser keeps pages, and one that is loaded again, as after saving, is another: order, filters and place are kept.
  // In one language only: 1.250 is another number in the other one.
  const view = `grid ${grid.dataset.language} ${location.pathname}${location.search}`;
  addEventListener("pagehide", () => {
    sessionStorage.setItem(view, JSON.stringify({ sort, filtered, first, active }));
  });
  const before = JSON.parse(sessionStorage.getItem(view));
  async function comeBack() {
    for (const [name, text] of before.filtered) table.querySelector(`[data-filter="${name}"]`).value = text;
    sortBy(before.sort);
    ({ first, active } = before);
    // In the order of the worksheet, the page has come with its first rows: of the past, those are not read twice.
    if (sort || before.filtered.length) await again(true);
    scrollTo(before.first);
  }
  // At once, too: a page that is prepared before it is asked for is laid out by then.
  const fit = () => { size(); show(); };
  fit();
  const saved = document.getElementById("done").textContent;
  if (before && (saved || performance.getEntriesByType("navigation")[0].type !== "navigate")) comeBack();
  new ResizeObserver(fit).observe(grid);
})();
