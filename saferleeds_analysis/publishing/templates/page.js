// What a page gains where scripts run: tables that sort, filter, copy and download; a chart's values period by period; a map by
// change. All of it is made of what the page holds without it, and none of it is printed. pages.py lets these bytes run, by
// their hash, and no others.
(() => {
"use strict";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December"];
const FEWEST_ROWS = 4, MOST_SEEN_AT_ONCE = 8;
const INK = "#0b0c0c";
const CHANGES = [["fell", "F", "#6bace5"], ["rose", "R", "#f46a25"], ["no clear change", "N", "#d9d9d9"]];
const MISSING = /^(?:|\W+|\[\w+\]|none|nobody.*|not .*|no (?!clear).*|withheld.*|missing)$/i;
const collator = new Intl.Collator("en-GB", { numeric: true });

const all = (what, within = document) => [...within.querySelectorAll(what)];
const words = element => element.textContent.replace(/\s+/g, " ").trim();
const shown = row => !row.classList.contains("aside");

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function make(tag, attributes, ...inside) {
  const made = set(document.createElement(tag), attributes);
  made.append(...inside);
  return made;
}

// The word on a control, and for who does not see where it stands also what it is of.
const named = (word, of) => [word, make("span", { class: "visually-hidden" }, ` (${of})`)];

function button(inside, act) {
  const made = make("button", { type: "button" }, ...inside);
  made.addEventListener("click", act);
  return made;
}

// How a reader takes what a cell says

// The last month of the period that a text is, counted in months (those without a year 0 to 11), or null. Of a year it is the
// last month of its last quarter, or of the one named.
function period(text, quarter = 4) {
  const [, day, name, year] = /^(?:\d+ months to |(\d\d?) )?([A-Z][a-z]+)(?: (\d{4}))?$/.exec(text) || [];
  const month = MONTHS.findIndex(whole => whole === name || whole.slice(0, 3) === name);
  if (month >= 0) return 12 * (year || 0) + month + (day || 0) / 32;
  const [, begins, part] = /^(?:Financial year )?(\d{4})\/\d\d(?: Q([1-4]))?(?:,? to date)?$/.exec(text) || [];
  return begins ? 12 * begins + 2 + 3 * (part || quarter) : null;
}

// The number with which a text begins, or null: "down 35.6%" is below nothing, and £1.2m more than £900,000.
function number(text) {
  if (/^no (?:clear )?change/.test(text)) return 0;
  const [, word, sign, digits, unit] =
    /^(?:(?:about|at most|at least) )?(up |down |fell |rose )?([+\u2212-]?)\u00a3?([\d,]*\.?\d+)(m|bn)?(?!\w)/.exec(text) || [];
  if (!digits) return null;
  const below = /[\u2212-]/.test(sign) || /down|fell/.test(word);
  return (below ? -1 : 1) * digits.replaceAll(",", "") * ({ m: 1e6, bn: 1e9 }[unit] || 1);
}

// What the cells of a column are sorted by: letters of status from best to worst, periods, numbers, else words; null is last.
function keysOf(cells) {
  const letters = cells.map(cell => cell.querySelector(".rag"));
  if (letters.every(Boolean)) return letters.map(letter => "GARN".indexOf(words(letter)));
  const texts = cells.map(words), known = texts.filter(text => !MISSING.test(text));
  for (const read of [period, number]) {
    const fits = known.filter(text => read(text) !== null);
    if (2 * fits.length > known.length && fits.some(text => /\d/.test(text))) return texts.map(text => read(text));
  }
  return texts.map(text => (MISSING.test(text) ? null : text));
}

// Tables

// Sorted by a column upwards, then downwards, then as printed; what has no value stays last either way.
function makeSortable(table, rows, say) {
  const heads = [...table.tHead.rows[0].cells], names = heads.map(words);
  let by = -1, way = 0;

  function sort(column) {
    way = by !== column ? 1 : way === 1 ? -1 : 0;
    by = way ? column : -1;
    const keys = keysOf(rows.map(row => row.cells[column]));
    const compare = (a, b) => (a === null || b === null ? 0 : way * (typeof a === "string" ? collator.compare(a, b) : a - b));
    const order = [...rows.keys()];
    if (way) order.sort((i, j) => (keys[i] === null) - (keys[j] === null) || compare(keys[i], keys[j]));
    table.tBodies[0].append(...order.map(i => rows[i]));
    heads.forEach(head => head.removeAttribute("aria-sort"));
    if (way) set(heads[column], { "aria-sort": way > 0 ? "ascending" : "descending" });
    say(way ? `Sorted by ${names[column]}, from ${words(rows[order[0]].cells[column])}.` : "In the order of the page.");
  }

  const buttons = heads.map((head, column) => button([...head.childNodes], () => sort(column)));
  heads.forEach((head, column) => head.append(buttons[column]));
  if (!table.closest(".lists, .pack")) return;
  // Where a phone shows one row under another the heads are not seen, so they take no focus.
  const stacked = matchMedia("(max-width: 39.99rem)");
  const follow = () => buttons.forEach(made => { made.disabled = stacked.matches; });
  stacked.addEventListener("change", follow);
  follow();
}

function filterOf(rows, of, say) {
  const box = make("input", { type: "search", autocomplete: "off" });
  box.addEventListener("input", () => {
    const wanted = box.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      const text = words(row).toLowerCase();
      row.classList.toggle("aside", !wanted.every(word => text.includes(word)));
    }
    say(`${rows.filter(shown).length} of ${rows.length} rows shown.`);
  });
  return make("label", {}, ...named("Filter rows", of), box);
}

// Words as a spreadsheet takes them: with a minus that it knows, and an apostrophe before what it would run as a formula.
function plain(words) {
  const text = words.replace(/\s+/g, " ").trim().replace(/^\u2212(?=[\d,.]+%?$)/, "-");
  return /^[=+@-]/.test(text) && !/^[+-][\d,.]+%?$/.test(text) ? `'${text}` : text;
}

// The rows that are seen, under the caption, which says what kind of figures they are; last, of which page they are.
function linesOf(table) {
  const rows = [table.tHead.rows[0], ...[...table.tBodies[0].rows].filter(shown)];
  const about = [document.title, ...all(".marking, .version").map(words)].join(". ");
  const cells = rows.map(row => [...row.cells].map(cell => cell.innerText));
  return [[words(table.caption)], ...cells, [about]].map(line => line.map(plain));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // an older browser, or a page that came over a connection that is not safe
    const from = document.activeElement, box = make("textarea", {}, text);
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    from.focus();
    return done;
  }
}

function download(text, name) {
  const href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const parts = name.toLowerCase().match(/[a-z0-9]+/g) || ["table"];
  make("a", { href, download: `${parts.join("-").slice(0, 80)}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}

function withTools(table) {
  const rows = [...table.tBodies[0].rows], of = words(table.caption);
  if (rows.length < FEWEST_ROWS) return;
  const status = make("span", { role: "status" });
  const say = text => { status.textContent = text; };
  const count = () => `${rows.filter(shown).length} rows`;
  const tools = make("div", { class: "tools" },
    button(named("Copy", of), async () => {
      const done = await copy(linesOf(table).map(cells => cells.join("\t")).join("\n"));
      say(done ? `${count()} copied.` : "This browser does not let a page copy: download the table.");
    }),
    button(named("Download CSV", of), () => {
      const quoted = cell => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
      download(linesOf(table).map(cells => `${cells.map(quoted).join(",")}\r\n`).join(""), of);
      say(`${count()} downloaded.`);
    }),
    status);
  if (rows.length > MOST_SEEN_AT_ONCE) tools.prepend(filterOf(rows, of, say));
  table.closest(".table-scroll").before(tools);
  makeSortable(table, rows, say);
}

// Charts

// The words in a drawing, each with the lines on which they are written.
function textsOf(svg) {
  const groups = new Set(all("text", svg).map(line => line.parentNode));
  return [...groups].map(group => all("text", group)).map(lines => ({ lines, text: lines.map(words).join(" ") }));
}

const middleOf = line => Number(line.getAttribute("x") || line.transform.baseVal.getItem(0).matrix.e + line.getComputedTextLength() / 2);

// The rows of the table behind a chart, period by period: by a slider, or where one points. Where a period stands is known from
// the marks of the axis; a chart of which they do not tell is left alone.
function withReadout(figure, svg, heads, rows) {
  const periods = rows.map(cells => period(cells[0]));
  const marks = textsOf(svg).map(({ lines, text }) => ({ x: middleOf(lines[0]), at: period(text, 1) })).filter(({ at }) => at !== null);
  for (const mark of marks) mark.at = mark.at < 12 ? periods.find(at => at % 12 === mark.at) : mark.at;
  const [first, last] = [marks[0], marks.at(-1)];
  const place = at => first.x + (last.x - first.x) * (at - first.at) / (last.at - first.at);
  if (periods.includes(null) || !(marks.length > 1) || !marks.every(({ at, x }) => Math.abs(place(at) - x) < 3)) return;

  const value = (cell, i) => (i && cell && cell !== "none" ? `${heads[i]} ${cell}` : "");
  const said = cells => `${cells[0]}: ${cells.map(value).filter(Boolean).join(", ")}`;
  const steps = [...new Set(periods)].sort((a, b) => a - b);
  const { width, height } = svg.viewBox.baseVal;
  const slider = make("input", { type: "range", min: 0, max: steps.length - 1, value: steps.length - 1 });
  const text = make("span", {}, "Move the slider, or point at the chart.");
  const guide = set(document.createElementNS(svg.namespaceURI, "line"), { class: "made", y2: height, stroke: "currentColor" });
  const read = () => {
    const at = steps[slider.value];
    const values = rows.filter((_, i) => periods[i] === at).map(said).join("; ");
    set(slider, { "aria-valuetext": values });
    set(guide, { x1: place(at), x2: place(at) });
    return values;
  };
  const show = () => {
    text.textContent = read();
    svg.append(guide);
  };
  read();
  slider.addEventListener("input", show);
  for (const kind of ["pointermove", "pointerdown"]) {
    svg.addEventListener(kind, event => {
      const box = svg.getBoundingClientRect(), x = (event.clientX - box.left) * width / box.width;
      const far = steps.map(at => Math.abs(place(at) - x));
      slider.value = far.indexOf(Math.min(...far));
      show();
    });
  }
  const label = make("label", {}, ...named("Values", words(figure.querySelector("strong"))), slider);
  (figure.querySelector(".chart-narrow") || figure.querySelector(".chart-scroll")).after(make("div", { class: "tools readout" }, label, text));
}

// A map of counts shown by how each area's count changed, as the table behind it says. Areas are drawn, and written, in the order
// of the table's rows, and then the key; a map in which they are not is left alone.
function withChange(figure, svg, heads, rows) {
  const column = heads.findIndex(head => head.startsWith("Change on"));
  const twin = svg.cloneNode(true), shapes = all("path[clip-path]", twin), texts = textsOf(twin);
  const keys = shapes.length - rows.length, each = (texts.length - keys) / rows.length;
  const textsOfArea = i => texts.slice(i * each, (i + 1) * each);
  const isDrawn = ([, value], i) => textsOfArea(i).some(({ text }) => text === value || text.startsWith(`${value} `));
  if (column < 0 || keys < CHANGES.length || !rows.every(isDrawn)) return;

  const write = ({ lines }, text) => lines.forEach((line, i) => { line.textContent = i ? "" : text; });
  all("defs", twin).forEach(part => part.remove()); // what is named in it has a name once
  shapes.forEach(shape => shape.removeAttribute("clip-path"));
  const areas = new Map([...CHANGES.map(([word]) => [word, []]), ["not given", []]]);
  rows.forEach((cells, i) => {
    const [, value, reading] = /^(.*) \((.*)\)$/.exec(cells[column]) || ["", "\u2013", cells[column]];
    const [word, letter, colour] = CHANGES.find(([is]) => is === reading) || ["not given", "", "#ffffff"];
    areas.get(word).push(cells[0]);
    shapes[i].style.fill = colour;
    textsOfArea(i).forEach((its, n) => {
      its.lines.forEach(line => { line.style.fill = INK; });
      if (its.text !== cells[0]) write(its, each === 1 ? `${value} ${letter}` : n === each - 1 ? letter : value);
    });
  });
  for (let i = 0; i < keys; i += 1) {
    const shape = shapes[rows.length + i], label = texts[rows.length * each + i], [word, letter, colour] = CHANGES[i] || [];
    shape.style.fill = colour || "none";
    shape.style.stroke = colour ? INK : "none";
    write(label, word ? `${letter}  ${word}: ${areas.get(word).length}` : "");
  }
  const found = [...areas].filter(([, names]) => names.length);
  set(twin, {
    class: "made aside",
    "aria-label": `Map of ${rows.length} areas. ${heads[column]}: ${found.map(([word, names]) => `${word}: ${names.join(", ")}`).join("; ")}.`,
  });
  svg.after(twin);

  const status = make("span", { role: "status" });
  const choices = [heads[1], heads[column]].map((word, changed) => {
    const radio = make("input", { type: "radio", name: `${figure.id}-shows` });
    radio.checked = !changed;
    radio.addEventListener("change", () => {
      svg.classList.toggle("aside", changed);
      twin.classList.toggle("aside", !changed);
      status.textContent = changed ? `${found.map(([reading, names]) => `${reading}: ${names.length}`).join("; ")}.` : "";
    });
    return make("label", {}, radio, word);
  });
  figure.querySelector(".chart-scroll").before(
    make("fieldset", { class: "tools" }, make("legend", {}, "The map shows"), ...choices, status));
}

all("main table").forEach(withTools);
for (const figure of all("figure.chart")) {
  const table = figure.querySelector("details table"), svg = figure.querySelector(".chart-scroll svg");
  if (!table) continue;
  const [heads, ...rows] = [...table.rows].map(row => [...row.cells].map(words));
  withReadout(figure, svg, heads, rows);
  withChange(figure, svg, heads, rows);
}
})();
