(function () {
  const data = JSON.parse(document.getElementById("numbers").textContent), parts = data.parts;
  if (!parts) return;
  const box = document.getElementById("partchart"), read = document.getElementById("partread");
  const chosen = document.getElementById("partqueue");
  const probe = document.createElement("template");
  probe.innerHTML = "<svg></svg>";
  const SVG = probe.content.firstChild.namespaceURI;
  const LEFT = 52, RIGHT = 8, TOP = 12, BOTTOM = 22, HEIGHT = 300;
  const days = data.days.length, every = parts.values[0].length;
  const shape = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const niceStep = (span) => {
    if (!(span > 0)) return 1;
    const power = Math.pow(10, Math.floor(Math.log10(span / 5)));
    return [1, 2, 2.5, 5, 10].map((m) => m * power).find((step) => step >= (span / 5) * 0.999);
  };
  const number = (value) => Math.round(value).toLocaleString("en-US");
  const of = (rows) => {
    const q = +chosen.value;
    if (q < every) return rows[q];
    return rows[0].map((_, d) => rows.reduce((sum, row) => sum + row[d], 0));
  };

  function draw() {
    const values = parts.values.map(of), low = parts.low[+chosen.value], high = parts.high[+chosen.value];
    const ends = parts.growth ? parts.growth.map((edge) => edge[+chosen.value]) : null;
    const up = [], down = [];
    for (let d = 0; d < days; d++) {
      up.push(values.reduce((sum, part) => sum + Math.max(0, part[d]), 0));
      down.push(values.reduce((sum, part) => sum + Math.min(0, part[d]), 0));
    }
    const highest = Math.max(...up, ...high, ...(ends ? ends[1] : [0])), lowest = Math.min(0, ...down);
    const step = niceStep(highest - lowest), top = Math.ceil(highest / step - 1e-9) * step || step;
    // Little below zero needs little room there: not a whole step.
    const bottom = lowest;
    const width = Math.max(300, Math.min(1400, box.clientWidth || 1000));
    const pitch = (width - LEFT - RIGHT) / days, bar = Math.max(2, pitch * 0.72);
    const x = (d) => LEFT + (d + 0.5) * pitch;
    const y = (v) => HEIGHT - BOTTOM - ((v - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
    const svg = shape("svg", { viewBox: "0 0 " + width + " " + HEIGHT, role: "img",
      "aria-label": chosen.selectedOptions[0].text });
    for (let mark = 0; mark <= top + 1e-9; mark += step) {
      svg.append(shape("line", { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark), class: "grid" }));
      svg.append(shape("text", { x: LEFT - 6, y: y(mark) + 4, class: "end" }, number(mark)));
    }
    const apart = Math.max(1, Math.ceil(42 / pitch));
    const paths = {};
    for (let d = 0; d < days; d++) {
      if (d % apart === 0) svg.append(shape("text", { x: x(d), y: HEIGHT - 5 }, data.days[d].slice(0, 5)));
      let above = 0, below = 0;
      values.forEach((part, p) => {
        const size = part[d], from = size > 0 ? above : below;
        if (!size) return;
        if (size > 0) above += size; else below += size;
        const box = "M" + (x(d) - bar / 2).toFixed(1) + " " + y(from).toFixed(1) + "h" + bar.toFixed(1) +
          "V" + y(from + size).toFixed(1) + "h" + (-bar).toFixed(1) + "z";
        paths[parts.looks[p]] = (paths[parts.looks[p]] || "") + box;
      });
    }
    for (const look in paths) svg.append(shape("path", { d: paths[look], class: look }));
    for (let d = 0; d < days; d++) {
      const total = up[d] + down[d];
      if (ends && ends[0][d] !== ends[1][d]) {
        const at = x(d) + bar * 0.32, span = [ends[0][d], ends[1][d]].sort((a, b) => a - b);
        svg.append(shape("rect", { x: at - 2, width: 4, y: y(span[1]), height: Math.max(2, y(span[0]) - y(span[1])), class: "p-growth" }));
      }
      svg.append(shape("line", { x1: x(d), x2: x(d), y1: y(low[d]), y2: y(high[d]), class: "p-band" }));
      svg.append(shape("circle", { cx: x(d), cy: y(total), r: Math.min(3, bar / 3), class: "p-mean" }));
    }
    const cursor = shape("rect", { y: TOP, height: HEIGHT - TOP - BOTTOM, width: pitch, class: "p-cursor", visibility: "hidden" });
    svg.prepend(cursor);
    const tellAt = (d) => {
      cursor.setAttribute("visibility", d === null ? "hidden" : "visible");
      if (d !== null) cursor.setAttribute("x", x(d) - pitch / 2);
      tell(d === null ? up.indexOf(Math.max(...up)) : d, values, low, high, ends);
    };
    svg.addEventListener("pointermove", (event) => {
      const place = svg.getBoundingClientRect();
      const at = ((event.clientX - place.left) / place.width) * width;
      tellAt(Math.max(0, Math.min(days - 1, Math.floor((at - LEFT) / pitch))));
    });
    svg.addEventListener("pointerleave", () => tellAt(null));
    box.replaceChildren(svg);
    tellAt(null);
  }

  function tell(d, values, low, high, ends) {
    read.replaceChildren();
    const add = (name, text, look) => {
      const part = document.createElement(name);
      if (look) {
        const key = document.createElement("i");
        key.className = "key " + look;
        part.append(key);
      }
      part.append(text);
      read.append(part);
    };
    const total = values.reduce((sum, part) => sum + part[d], 0);
    add("b", chosen.selectedOptions[0].text + " · " + data.days[d]);
    add("span", number(total) + " " + parts.words.contacts + " (" + number(low[d]) + "–" + number(high[d]) + ")");
    const shown = values.map((part, p) => [part[d], p]).filter((one) => one[0] !== 0);
    shown.sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]));
    for (const [size, p] of shown)
      add("span", parts.names[p] + " " + (p === 0 || size < 0 ? "" : "+") + number(size), parts.looks[p]);
    if (ends && ends[0][d] !== ends[1][d])
      add("span", parts.words.part_growth + " " + number(ends[0][d]) + "–" + number(ends[1][d]), "p-growth");
    const notes = data.events[chosen.value + "-" + d];
    if (notes) add("em", notes);
  }

  chosen.addEventListener("change", draw);
  draw();
  let waiting = 0;
  window.addEventListener("resize", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(draw); });
})();
