// Makes the page easier to use; everything can be read without it.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("with-script");
  const make = (tag, text, kind) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (kind) made.className = kind;
    if (tag === "button") made.type = "button";
    return made;
  };

  // Light or dark, beside what the system asks.
  const asked = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (asked.matches ? "dark" : "light")) === "dark";
  const look = make("button", "", "look");
  const name = () => { look.textContent = isDark() ? "Light page" : "Dark page"; };
  look.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  asked.addEventListener("change", name);
  name();
  document.querySelector("header").append(look);

  // Points of a chart read themselves out: on hover, and one tab stop a chart with arrow keys.
  const readout = make("div", "", "readout");
  readout.hidden = true;
  readout.setAttribute("aria-hidden", "true");
  document.body.append(readout);
  const hide = () => { readout.hidden = true; };
  const show = (target) => {
    readout.textContent = target.dataset.readout;
    readout.hidden = false;
    const at = target.getBoundingClientRect();
    const size = readout.getBoundingClientRect();
    const left = at.left + at.width / 2 - size.width / 2;
    readout.style.left = `${Math.max(8, Math.min(left, root.clientWidth - size.width - 8))}px`;
    const above = at.top - size.height - 8;
    readout.style.top = `${above < 8 ? at.bottom + 8 : above}px`;
  };
  for (const chart of document.querySelectorAll(".chart svg")) {
    const targets = [...chart.querySelectorAll(".target")];
    if (!targets.length) continue;
    // An image hides what is in it from those who do not see it; a group does not.
    chart.setAttribute("role", "group");
    targets.forEach((target, at) => {
      target.setAttribute("tabindex", at ? "-1" : "0");
      target.setAttribute("role", "img");
      // The title is what a browser shows of itself; the read-out takes its place.
      const title = target.querySelector("title");
      target.dataset.readout = title.textContent;
      target.setAttribute("aria-label", title.textContent);
      title.remove();
      target.addEventListener("focus", () => {
        for (const other of targets) other.setAttribute("tabindex", other === target ? "0" : "-1");
        show(target);
      });
      target.addEventListener("blur", hide);
    });
    // Points lie close: of those under the pointer, the one whose middle is nearest.
    const under = ({ clientX: x, clientY: y }) => {
      let nearest = null;
      let least = Infinity;
      for (const target of targets) {
        const { left, right, top, bottom } = target.getBoundingClientRect();
        if (x < left || x > right || y < top || y > bottom) continue;
        const far = Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
        if (far < least) [nearest, least] = [target, far];
      }
      return nearest;
    };
    let hovered = null;
    const hover = (target) => {
      if (target === hovered) return;
      hovered?.classList.remove("hovered");
      hovered = target;
      if (target) {
        target.classList.add("hovered");
        show(target);
      } else {
        hide();
      }
    };
    chart.addEventListener("pointermove", (event) => hover(under(event)));
    chart.addEventListener("pointerleave", () => hover(null));
    chart.addEventListener("keydown", (event) => {
      const at = targets.indexOf(document.activeElement);
      const last = targets.length - 1;
      const to = {
        ArrowRight: Math.min(at + 1, last),
        ArrowDown: Math.min(at + 1, last),
        ArrowLeft: Math.max(at - 1, 0),
        ArrowUp: Math.max(at - 1, 0),
        Home: 0,
        End: last,
      }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      targets[to].focus();
    });
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, { passive: true, capture: true });

  // Tables sort by a click on a heading, within each group of lines; a third click undoes it.
  const number = (text) => {
    const found = text.replaceAll(",", "").replace("\u2212", "-").match(/-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : Number.NaN;
  };
  const value = (row, column) => (row.cells[column]?.textContent ?? "").trim();
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) {
      // What has no number stands last, whichever way.
      if (Number.isNaN(x) && Number.isNaN(y)) return a.localeCompare(b);
      return Number.isNaN(x) ? Infinity : -Infinity;
    }
    return x - y;
  };
  const said = make("p", "", "unseen");
  said.setAttribute("role", "status");
  document.body.append(said);
  const sortable = (table) => {
    const heads = [...table.tHead.rows].at(-1).cells;
    const bodies = [...table.tBodies].map((body) => ({
      body,
      rows: [...body.rows].filter((row) => !row.classList.contains("group")),
    }));
    [...heads].forEach((head, column) => {
      const button = make("button", head.textContent, "sort");
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        for (const other of heads) other.removeAttribute("aria-sort");
        const next = { ascending: "descending", descending: null }[now] ?? "ascending";
        const way = now === "descending" ? null : next;
        if (way) head.setAttribute("aria-sort", way);
        for (const { body, rows } of bodies) {
          const sign = way === "descending" ? -1 : 1;
          const order = way === null ? rows : [...rows].sort((one, other) => {
            const by = compare(value(one, column), value(other, column));
            return Math.abs(by) === Infinity ? by : sign * by;
          });
          body.append(...order);
        }
      });
    });
  };

  // The table as it stands, as CSV.
  const csv = (table) => {
    const cell = (text) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const clean = (node) => node.textContent.replace(/\s+/g, " ").trim();
    const isGrouped = table.querySelector("tbody > .group") !== null;
    const lines = [];
    const heads = [...[...table.tHead.rows].at(-1).cells].map(clean);
    const split = (node) => {
      const inner = node.querySelector(".interval");
      const below = node.querySelector(".below");
      const rest = [inner, below].filter(Boolean).map(clean);
      const own = [...node.childNodes].filter((part) => part !== inner && part !== below);
      return [own.map(clean).join("").trim(), rest.join("; ")];
    };
    const columns = heads.map((_, column) => [...table.tBodies].some((body) =>
      [...body.rows].some((row) => row.cells[column]?.querySelector?.(".interval, .below"))));
    const titles = heads.flatMap((head, at) => columns[at] ? [head, `${head} (beside it)`] : [head]);
    lines.push(isGrouped ? ["Group", ...titles] : titles);
    for (const body of table.tBodies) {
      let group = "";
      for (const row of body.rows) {
        if (row.classList.contains("group")) { group = clean(row); continue; }
        const cells = heads.flatMap((_, at) => {
          const node = row.cells[at];
          const [own, rest] = node ? split(node) : ["", ""];
          return columns[at] ? [own, rest] : [own];
        });
        lines.push(isGrouped ? [group, ...cells] : cells);
      }
    }
    return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", "");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const grid of document.querySelectorAll("details.grid")) {
    const table = grid.querySelector("table");
    const button = make("button", "Copy as CSV", "copy");
    button.addEventListener("click", async () => {
      await copy(csv(table));
      button.textContent = "Copied";
      said.textContent = "Copied as CSV";
      setTimeout(() => { button.textContent = "Copy as CSV"; }, 2000);
    });
    // Only what is opened is made sortable: a page has many tables.
    const begin = () => {
      grid.querySelector("summary").after(button);
      sortable(table);
    };
    if (grid.open) begin();
    else grid.addEventListener("toggle", begin, { once: true });
  }

  // Paper shows every table, and then the page is as it was.
  let opened = [];
  addEventListener("beforeprint", () => {
    hide();
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const closed of opened) closed.open = true;
  });
  addEventListener("afterprint", () => {
    for (const open of opened) open.open = false;
  });
})();
