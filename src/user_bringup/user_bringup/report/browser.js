"use strict";
(() => {
  const columns = [
    ["#", "number"], ["mode", "mode"], ["seed", "seed"], ["outcome", "outcome"], ["steps", "steps"], ["return", "return"],
    ["interventions", "interventions"], ["human steps", "human"], ["safety", "safety"], ["stage", "stage"],
    ["ground truth", "truth"], ["label", "label"], ["version", "version"], ["at step", "at"],
  ];
  const who = {
    p: ["policy", "#2f6fab"], h: ["human", "#c8722c"], b: ["blend", "#e3b24f"], o: ["hold", "#8a8f98"],
    s: ["script", "#6f5aa8"], r: ["reset", "#b9bec6"],
  };
  const tests = {
    all: () => true,
    failed: (row) => row.outcome !== "success",
    helped: (row) => row.human > 0 || row.interventions > 0,
    safety: (row) => row.safety > 0,
    disagrees: (row) => row.disagrees,
  };
  const page = 300;
  const at = (id) => document.getElementById("browser-" + id);
  const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const rows = browserContent.rows.map((row, index) => ({ ...row, number: index + 1 }));
  const byEpisode = new Map(rows.map((row) => [row.episode, row]));
  const used = columns.filter(([, key]) => !["truth", "label", "stage"].includes(key) || rows.some((row) => row[key]));
  let sorted = { key: "number", down: true };
  let visible = page;
  let found = rows;
  let chosen = "";

  function search() {
    const words = at("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const test = tests[at("which").value];
    found = rows.filter((row) => {
      const text = [row.mode, row.outcome, row.seed, row.version, row.reason, row.robot, row.truth, row.label, row.episode].join(" ").toLowerCase();
      return test(row) && words.every((word) => text.includes(word));
    });
    const { key, down } = sorted;
    const order = (a, b) => (typeof a[key] === "number" ? a[key] - b[key] : String(a[key]).localeCompare(String(b[key])));
    found.sort((a, b) => (down ? -order(a, b) : order(a, b)) || b.number - a.number);
    draw();
  }

  function cell(row, key) {
    if (key === "outcome") return `<td><i class="dot ${row.outcome}"></i>${escape(row.outcome)}</td>`;
    if (key === "truth") return `<td>${escape(row.truth)}${row.disagrees ? " ≠" : ""}</td>`;
    return `<td>${escape(row[key])}</td>`;
  }

  function draw() {
    at("head").innerHTML = used.map(([name, key]) => {
      const sort = key === sorted.key ? ` aria-sort="${sorted.down ? "descending" : "ascending"}"` : "";
      return `<th data-key="${key}"${sort}>${name}</th>`;
    }).join("");
    at("rows").innerHTML = found.slice(0, visible).map((row) => {
      const kind = row.episode === chosen ? "chosen" : row.shown ? "" : "absent";
      const cells = used.map(([, key]) => cell(row, key)).join("");
      return `<tr class="${kind}" data-episode="${escape(row.episode)}" title="${row.shown ? "" : "not among the episodes with pictures"}">${cells}</tr>`;
    }).join("");
    at("count").textContent = `${found.length} of ${rows.length}`;
    at("more").hidden = found.length <= visible;
  }

  function choose(episode, scroll) {
    const row = byEpisode.get(episode);
    if (!row || !row.shown) return;
    chosen = episode;
    if (!found.slice(0, visible).includes(row)) {
      at("text").value = "";
      at("which").value = "all";
      search();
      visible = Math.max(visible, found.indexOf(row) + 1);
    }
    draw();
    document.querySelector(`tr[data-episode="${episode}"].chosen`)?.scrollIntoView({ block: "nearest" });
    if (location.hash !== "#episode=" + episode) history.replaceState(null, "", "#episode=" + episode);
    const script = document.createElement("script");
    script.src = `${browserContent.folder}/episode_${episode}.js`;
    script.onerror = () => {
      at("episode").hidden = false;
      at("episode").textContent = `${script.src} is not there: keep the folder ${browserContent.folder} beside this page`;
    };
    script.onload = () => {
      script.remove();
      if (scroll) at("episode").scrollIntoView({ block: "nearest" });
    };
    document.head.append(script);
  }

  const left = 64, width = 1000, right = 40;

  function band(top, name, inner) {
    return `<g transform="translate(0 ${top})"><text x="0" y="13">${name}</text>${inner}</g>`;
  }

  function curve(values, x, color, top) {
    const low = Math.min(0, ...values), high = Math.max(...values), span = high - low || 1;
    const y = (value) => (36 - ((value - low) / span) * 34).toFixed(1);
    const points = values.map((value, step) => `${x(step).toFixed(1)},${y(value)} ${x(step + 1).toFixed(1)},${y(value)}`);
    const label = (value, place) => `<text x="${left + width + 5}" y="${place}">${+value.toPrecision(3)}</text>`;
    return `<line x1="${left}" x2="${left + width}" y1="${y(0)}" y2="${y(0)}" stroke="currentColor" opacity=".15"/>`
      + `<polyline fill="none" stroke="${color}" stroke-width="1.6" points="${points.join(" ")}"/>${label(high, 10)}${low < 0 ? label(low, 38) : ""}`;
  }

  window.showEpisode = (content) => {
    if (content.episode !== chosen) return;
    const row = byEpisode.get(content.episode);
    const steps = Math.max(content.who.length, 1);
    const x = (step) => left + (step / steps) * width;
    const parts = [];
    let top = 0;
    let blocks = "";
    for (let begin = 0; begin < content.who.length; ) {
      let end = begin;
      while (end < content.who.length && content.who[end] === content.who[begin]) end += 1;
      const [name, color] = who[content.who[begin]];
      blocks += `<rect x="${x(begin)}" y="2" width="${x(end) - x(begin)}" height="14" fill="${color}"><title>${name}, steps ${begin} to ${end - 1}</title></rect>`;
      begin = end;
    }
    parts.push(band(top, "who", blocks));
    top += 26;
    for (const [name, values, color] of [["reward", content.reward, "#3f8f5b"], ["gripper", content.gripper, "#6f5aa8"], ["stage", content.stage, "#2f6fab"]]) {
      if (!values.length) continue;
      parts.push(band(top, name, curve(values, x, color, top)));
      top += 46;
    }
    if (content.safety.length) {
      const marks = content.safety.map(([step, name]) => `<rect x="${x(step)}" y="2" width="${Math.max(width / steps - 1, 2)}" height="12" fill="#b8433d"><title>step ${step}: ${escape(name)}</title></rect>`);
      parts.push(band(top, "safety", marks.join("")));
      top += 22;
    }
    const ticks = content.frames.map((step) => `<path d="M${x(Math.min(step, steps))} 0 l4 7 h-8 z" fill="currentColor" opacity=".5"><title>frame of step ${step}</title></path>`);
    const numbers = [0, 0.25, 0.5, 0.75, 1].map((share) => `<text x="${left + share * width}" y="20" text-anchor="middle">${Math.round(share * steps)}</text>`);
    parts.push(band(top, "step", `<g>${ticks.join("")}</g>${numbers.join("")}`));
    top += 26;
    const acted = [...new Set(content.who)].map((letter) => `<span><i style="background:${who[letter][1]}"></i>${who[letter][0]}</span>`);
    const kinds = [...new Set(content.safety.map(([, name]) => name))];
    const facts = [`${row.mode} ${row.number}`, `seed ${row.seed}`, row.outcome, `${row.steps} steps`, `return ${row.return}`];
    if (row.reason) facts.push(row.reason);
    if (row.truth) facts.push(`ground truth ${row.truth}`);
    if (row.label) facts.push(`label ${row.label}`);
    if (kinds.length) facts.push(`safety: ${kinds.join(", ")}`);
    at("episode").innerHTML = `<b>${facts.map(escape).join(" · ")}</b><div class="soft">${escape(content.episode)}</div>`
      + (content.strip ? `<img alt="frames of the episode" src="${escape(content.strip)}">` : '<p class="soft">no images in the bag</p>')
      + `<svg viewBox="0 0 ${left + width + right} ${top}">${parts.join("")}</svg><div class="legend soft">${acted.join("")}</div>`;
    at("episode").hidden = false;
  };

  const follow = () => {
    const match = /^#episode=(.+)$/.exec(decodeURIComponent(location.hash));
    if (match) choose(match[1], true);
  };
  at("note").textContent = browserContent.note + "; ↑ and ↓ go from one to the next";
  at("text").oninput = at("which").onchange = () => { visible = page; search(); };
  at("more").onclick = () => { visible += 5 * page; draw(); };
  at("head").onclick = (event) => {
    const key = event.target.dataset.key;
    if (!key) return;
    sorted = { key, down: key === sorted.key ? !sorted.down : true };
    search();
  };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-episode]");
    if (row) choose(row.dataset.episode, true);
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !chosen || event.target.matches("input, select")) return;
    let index = found.findIndex((row) => row.episode === chosen) + step;
    while (found[index] && !found[index].shown) index += step;
    if (found[index]) {
      event.preventDefault();
      choose(found[index].episode, false);
    }
  });
  window.addEventListener("hashchange", follow);
  search();
  follow();
})();
