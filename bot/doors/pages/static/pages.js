// What a script adds to pages that work without one: painting a week, the reader's own zone, and where to look next.
(() => {
  "use strict";
  const page = () => document.getElementById("page");

  // --- The zone of this device, unless somebody has chosen one --------------------------------------------------

  const CHOSEN = "askarsan-zone-chosen";
  const remembered = () => {
    try { return localStorage.getItem(CHOSEN); } catch { return null; }
  };
  const detect = () => {
    const { detect: here, zone } = page().dataset;
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!here || !own || own === zone || remembered()) return;
    const asked = new URLSearchParams(location.search);
    asked.set("zone", own);
    htmx.ajax("GET", `${here}?${asked}`, { target: "#page", select: "#page", swap: "outerHTML" });
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-chosen-zone]")) return;
    try { localStorage.setItem(CHOSEN, "yes"); } catch { /* then it is detected again next time */ }
  });

  // --- After a part of the page was exchanged ----------------------------------------------------------------------

  const ready = () => {
    document.querySelectorAll("[data-painted]").forEach((hint) => { 
      hint.textContent = hint.dataset.painted;
      hint.nextElementSibling.hidden = false;
    });
  };
  let touched = false; // what comes by itself, such as the zone of the device, moves nobody's place
  ["click", "submit", "keydown"].forEach((name) => document.addEventListener(name, () => { touched = true; }, true));
  document.addEventListener("htmx:after:swap", () => {
    ready();
    if (!touched) return;
    if (page().contains(document.activeElement)) return;
    const next = document.getElementById("notice") || page();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  });
  // No answer: the form goes the old way, so that the browser says what is wrong.
  document.addEventListener("htmx:error", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) form.submit();
  });

  // --- Painting ----------------------------------------------------------------------------------------------------

  let brush = null; // while somebody paints: from which cell, on or off, and what the cells were before
  let waiting = null; // a finger that has come down and may tap, scroll or paint
  const cellAt = (x, y) => {
    const found = document.elementFromPoint(x, y);
    const cell = found && found.closest(".week td");
    return cell && cell.querySelector("input");
  };
  const place = (cell) => {
    const column = cell.closest("td");
    return [column.parentNode.rowIndex, column.cellIndex];
  };
  const boxes = (a, b) => {
    const [[row, column], [lastRow, lastColumn]] = [place(a), place(b)];
    const rows = [...a.closest("tbody").rows];
    const first = rows[0].rowIndex;
    return rows
      .slice(Math.min(row, lastRow) - first, Math.max(row, lastRow) - first + 1)
      .flatMap((each) => [...each.cells].slice(Math.min(column, lastColumn), Math.max(column, lastColumn) + 1))
      .map((cell) => cell.querySelector("input"))
      .filter(Boolean);
  };
  const paintTo = (cell) => {
    brush.before.forEach((checked, box) => { box.checked = checked; });
    boxes(brush.from, cell).forEach((box) => {
      if (!brush.before.has(box)) brush.before.set(box, box.checked);
      box.checked = brush.on;
    });
  };
  const begin = (cell) => {
    brush = { from: cell, on: !cell.checked, before: new Map() };
    paintTo(cell);
  };

  document.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest && event.target.closest(".week td") && cellAt(event.clientX, event.clientY);
    if (!cell || event.button) return;
    if (event.pointerType === "mouse") {
      event.preventDefault();
      cell.focus({ preventScroll: true });
      begin(cell);
      return;
    }
    // A finger that rests begins to paint; one that moves on scrolls the page; one that leaves has tapped.
    const timer = setTimeout(() => { if (waiting) { begin(cell); waiting = null; } }, 220);
    waiting = { timer, x: event.clientX, y: event.clientY };
  });
  const moved = (event, x, y) => {
    if (waiting && Math.hypot(x - waiting.x, y - waiting.y) > 8) {
      clearTimeout(waiting.timer);
      waiting = null;
    }
    if (!brush) return;
    if (event.cancelable) event.preventDefault();
    const cell = cellAt(x, y);
    if (cell) paintTo(cell);
  };
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") moved(event, event.clientX, event.clientY);
  });
  document.addEventListener("touchmove", (event) => moved(event, event.touches[0].clientX, event.touches[0].clientY), { passive: false });
  const end = () => {
    if (waiting) { clearTimeout(waiting.timer); waiting = null; }
    if (brush) { painted = true; setTimeout(() => { painted = false; }, 0); }
    brush = null;
  };
  // The click that follows would undo the first cell of what was painted.
  let painted = false;
  document.addEventListener("click", (event) => {
    if (painted && event.target.closest(".week")) { event.preventDefault(); painted = false; }
  }, true);
  ["pointerup", "touchend", "touchcancel"].forEach((name) => document.addEventListener(name, end));

  // With the keyboard: arrows move, with shift they take along what the cell they leave has.
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const cell = event.target;
    if (!step || !cell.matches || !cell.matches(".week input")) return;
    event.preventDefault();
    const rows = [...cell.closest("tbody").rows];
    let [row, column] = place(cell);
    row -= rows[0].rowIndex;
    for (;;) {
      row += step[0];
      column += step[1];
      const next = rows[row] && column > 0 && rows[row].cells[column];
      if (!next) return;
      const box = next.querySelector("input");
      if (!box) continue;
      if (event.shiftKey) box.checked = cell.checked;
      box.focus();
      return;
    }
  });

  ready();
  detect();
})();
