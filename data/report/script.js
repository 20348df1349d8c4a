"use strict";
(function () {
  const data = JSON.parse(document.getElementById("numbers").textContent);
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  root.classList.add("js");
  const queue = byId("queue"), date = byId("date");
  const W = 1000, LEFT = 46, RIGHT = 8, TOP = 10, BOTTOM = 22;
  const words = data.words;
  // The namespace comes from the document, so that this file names no address at all.
  const probe = document.createElement("template");
  probe.innerHTML = "<svg></svg>";
  const SVG = probe.content.firstChild.namespaceURI;

  const shape = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const clock = (minute) =>
    String(Math.floor(minute / 60)).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0");
  const niceStep = (highest) => {
    if (!(highest > 0)) return 1;
    const power = Math.pow(10, Math.floor(Math.log10(highest / 3)));
    return [1, 2, 2.5, 5, 10].map((m) => m * power).find((step) => step >= (highest / 3) * 0.999);
  };
  const day = () => {
    const first = data.first[+date.value];
    return { first: first, count: data.first[+date.value + 1] - first };
  };
  const row = (name) => (data[name] ? data[name][+queue.value] : null);
  const cut = (name) => {
    const values = row(name), span = day();
    return values ? values.slice(span.first, span.first + span.count) : null;
  };

  function plot(box, title, keys, height, highest, draw) {
    box.replaceChildren();
    const head = document.createElement("h3");
    head.textContent = title;
    const legend = document.createElement("p");
    legend.className = "legend";
    for (const [name, text] of keys) {
      const item = document.createElement("span"), key = document.createElement("i");
      key.className = "key " + name;
      item.append(key, text);
      legend.append(item);
    }
    const width = Math.max(300, Math.min(W * 1.4, box.clientWidth || W));
    const span = day(), step = niceStep(highest);
    const top = Math.max(step, Math.ceil(highest / step - 1e-9) * step);
    const pitch = (width - LEFT - RIGHT) / span.count;
    const x = (k) => +(LEFT + k * pitch).toFixed(1);
    const y = (value) => +(height - BOTTOM - (value / top) * (height - TOP - BOTTOM)).toFixed(1);
    const svg = shape("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": title });
    for (let mark = 0; mark <= top + 1e-9; mark += step) {
      svg.append(shape("line", { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark), class: "grid" }));
      svg.append(shape("text", { x: LEFT - 6, y: y(mark) + 4, class: "end" }, String(+mark.toFixed(2))));
    }
    const every = width < 520 ? 240 : 120;
    for (let k = 0; k < span.count; k++) {
      const minute = data.minute[span.first + k];
      if (minute % every === 0) svg.append(shape("text", { x: x(k), y: height - 5 }, clock(minute)));
    }
    draw(svg, x, y);
    const cursor = shape("line", { y1: TOP, y2: height - BOTTOM, class: "cursor", visibility: "hidden" });
    svg.append(cursor);
    svg.addEventListener("pointermove", (event) => {
      const place = svg.getBoundingClientRect();
      const at = ((event.clientX - place.left) / place.width) * width;
      tell(Math.max(0, Math.min(span.count - 1, Math.floor((at - LEFT) / pitch))));
    });
    svg.addEventListener("pointerleave", () => tell(null));
    box.append(head, legend, svg);
    cursors.push((k) => {
      cursor.setAttribute("visibility", k === null ? "hidden" : "visible");
      if (k !== null) { cursor.setAttribute("x1", x(k + 0.5)); cursor.setAttribute("x2", x(k + 0.5)); }
    });
  }
  let cursors = [];

  const middles = (values, x, y) =>
    values.map((v, k) => (v === null ? null : x(k + 0.5) + "," + y(v))).filter((p) => p).join(" ");
  const stairs = (values, x, y) => values.map((v, k) => x(k) + "," + y(v) + " " + x(k + 1) + "," + y(v)).join(" ");
  const highestOf = (...lists) => Math.max(0, ...lists.filter((l) => l).flat().filter((v) => v !== null));

  function drawContacts() {
    const mean = cut("mean"), low = cut("low"), high = cut("high"), box = byId("contacts");
    if (!mean) { box.replaceChildren(); return; }
    const keys = [["mean", words.total_contacts], ["band", words.band80]];
    plot(box, words.total_contacts, keys, 190, highestOf(mean, high), (svg, x, y) => {
      const back = low.map((v, k) => x(k + 0.5) + "," + y(v)).reverse().join(" ");
      svg.append(shape("polygon", { points: middles(high, x, y) + " " + back, class: "band" }));
      svg.append(shape("polyline", { points: middles(mean, x, y), class: "mean" }));
    });
  }
  function drawAgents() {
    const needed = cut("needed"), seated = cut("seated");
    const keys = [["needline", words.needed], ["seatline", words.rostered], ["shortarea", words.short]];
    plot(byId("agents"), words.needed + " / " + words.rostered, keys, 230, highestOf(needed, seated), (svg, x, y) => {
      const ground = " " + x(seated.length) + "," + y(0) + " " + x(0) + "," + y(0);
      svg.append(shape("polygon", { points: stairs(seated, x, y) + ground, class: "seatarea" }));
      needed.forEach((need, k) => {
        if (need <= seated[k] + 0.05) return;
        const box = { x: x(k), width: x(k + 1) - x(k), y: y(need), height: y(seated[k]) - y(need), class: "shortarea" };
        svg.append(shape("rect", box));
      });
      svg.append(shape("polyline", { points: stairs(seated, x, y), class: "seatline" }));
      svg.append(shape("polyline", { points: stairs(needed, x, y), class: "needline" }));
    });
  }
  function drawAnswered() {
    const mean = cut("answered"), low = cut("answered10"), box = byId("answered");
    if (!mean) { box.replaceChildren(); return; }
    const keys = [["mean", words.answered], ["base", words.answered_p10]];
    plot(box, words.answered + " (%)", keys, 150, 100, (svg, x, y) => {
      svg.append(shape("polyline", { points: middles(low, x, y), class: "cautious" }));
      svg.append(shape("polyline", { points: middles(mean, x, y), class: "mean" }));
    });
  }
  function tell(k) {
    for (const move of cursors) move(k);
    const box = byId("readout");
    box.replaceChildren();
    const add = (name, text) => {
      const part = document.createElement(name);
      part.textContent = text;
      box.append(part);
    };
    add("b", queue.selectedOptions[0].text + " · " + data.days[+date.value] + (k === null ? "" : " " + clock(data.minute[day().first + k])));
    if (k === null) {
      const phases = data.events[queue.value + "-" + date.value];
      if (phases) add("em", phases);
      return;
    }
    const at = (name) => { const values = cut(name); return values && values[k] !== null ? values[k] : null; };
    if (at("mean") !== null) add("span", words.total_contacts + " " + at("mean") + " (" + at("low") + "–" + at("high") + ")");
    add("span", words.needed + " " + at("needed"));
    add("span", words.rostered + " " + at("seated"));
    const missing = at("needed") - at("seated");
    add("span", (missing > 0 ? words.short : words.surplus) + " " + +Math.abs(missing).toFixed(1));
    if (at("answered") !== null) add("span", words.answered + " " + at("answered") + " %");
  }

  const HEAT = { left: 62, top: 16, row: 15 };
  function drawHeat() {
    const canvas = byId("heat"), ratio = window.devicePixelRatio || 1;
    const needed = row("needed"), seated = row("seated"), days = data.days.length;
    const slots = Math.max(...data.first.slice(1).map((end, d) => end - data.first[d]));
    const room = canvas.parentElement.clientWidth - HEAT.left - 2;
    const pitch = Math.max(slots > 60 ? 4 : 8, Math.min(28, room / slots));
    const width = HEAT.left + pitch * slots, height = HEAT.top + HEAT.row * days;
    canvas.width = width * ratio; canvas.height = height * ratio;
    canvas.style.width = width + "px"; canvas.style.height = height + "px";
    const pen = canvas.getContext("2d"), style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    pen.scale(ratio, ratio);
    pen.clearRect(0, 0, width, height);
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    const ink = colour("--muted"), chosen = +date.value;
    for (let d = 0; d < days; d++) {
      const first = data.first[d], y = HEAT.top + d * HEAT.row;
      pen.globalAlpha = 1;
      pen.fillStyle = d === chosen ? colour("--ink") : ink;
      pen.fillText(data.days[d], 0, y + HEAT.row / 2);
      for (let k = first; k < data.first[d + 1]; k++) {
        const gap = seated[k] - needed[k], x = HEAT.left + (k - first) * pitch;
        if (d === 0 && data.minute[k] % 180 === 0) {
          pen.globalAlpha = 1; pen.fillStyle = ink; pen.fillText(clock(data.minute[k]), x, HEAT.top / 2);
        }
        if (!needed[k] && !seated[k]) continue;
        const share = Math.abs(gap) / Math.max(1, needed[k]);
        pen.globalAlpha = Math.abs(gap) < 0.05 ? 1 : gap < 0 ? 0.2 + 0.8 * Math.min(1, share / 0.4) : 0.08 + 0.6 * Math.min(1, share);
        pen.fillStyle = Math.abs(gap) < 0.05 ? colour("--soft") : colour(gap < 0 ? "--short" : "--spare");
        pen.fillRect(x, y, pitch - (pitch > 6 ? 1 : 0), HEAT.row - 1);
      }
      if (d === chosen) {
        pen.globalAlpha = 1; pen.strokeStyle = colour("--ink"); pen.lineWidth = 1.5;
        pen.strokeRect(HEAT.left - 1, y - 0.75, pitch * slots + 0.5, HEAT.row);
      }
    }
  }

  function draw() {
    cursors = [];
    drawContacts(); drawAgents(); drawAnswered(); drawHeat(); tell(null);
    for (const cell of document.querySelectorAll("td.chosen")) cell.classList.remove("chosen");
    const link = document.querySelector('a[data-queue="' + +queue.value + '"][data-day="' + +date.value + '"]');
    if (link) link.parentElement.classList.add("chosen");
  }
  const move = (by) => {
    date.value = Math.max(0, Math.min(data.days.length - 1, +date.value + by));
    draw();
  };
  queue.addEventListener("change", draw);
  date.addEventListener("change", draw);
  byId("before").addEventListener("click", () => move(-1));
  byId("after").addEventListener("click", () => move(1));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-queue]");
    if (!link) return;
    queue.value = link.dataset.queue;
    date.value = link.dataset.day;
    draw();
  });
  byId("heat").addEventListener("click", (event) => {
    const d = Math.floor((event.offsetY - HEAT.top) / HEAT.row);
    if (d >= 0 && d < data.days.length) { date.value = d; draw(); }
  });
  const find = byId("find");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    for (const line of document.querySelectorAll("table.map tbody tr:not(.group)")) {
      const group = line.parentElement.firstElementChild.textContent;
      const text = (line.firstElementChild.textContent + " " + group).toLowerCase();
      line.hidden = wanted !== "" && !text.includes(wanted);
    }
  });

  // Begin where it hurts most: the queue and day with the most missing agent-hours.
  let worst = -1;
  data.needed.forEach((needs, q) => data.days.forEach((_, d) => {
    let missing = 0;
    for (let k = data.first[d]; k < data.first[d + 1]; k++) missing += Math.max(0, needs[k] - data.seated[q][k]);
    if (missing > worst + 1e-9) { worst = missing; queue.value = q; date.value = d; }
  }));
  draw();
  let waiting = 0;
  window.addEventListener("resize", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(draw); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
