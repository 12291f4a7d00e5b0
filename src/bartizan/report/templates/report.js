"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const order = ["critical", "high", "medium", "low", "info"];
  const step = 200;
  const byId = (id) => document.getElementById(id);
  const controls = ["search", "severity", "service", "status", "region"];
  const list = byId("list"), more = byId("more"), count = byId("count");
  const passed = data.passed.map((each) => {
    const rule = data.rules[each.rule];
    return { rule: each.rule, severity: rule.severity, status: "pass", service: each.rule.split(".")[0], resource: each.resource,
      name: each.resource, region: "", account: "", problems: [], evidence: {}, missing_permission: "", place: "", resource_type: "" };
  });
  const all = data.findings.concat(passed);
  for (const each of all) {
    each.text = [each.rule, data.rules[each.rule].title, each.resource, each.name, each.region, each.account, each.problems.join(" ")].join("\n").toLowerCase();
  }
  let shown = [], drawn = 0;

  // Everything from the account goes through textContent: nothing of it can become markup.
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const prose = (text) => {
    const node = make("p");
    text.split("`").forEach((part, index) => node.append(index % 2 ? make("code", "", part) : part));
    return node;
  };

  const fill = (id, values) => {
    for (const value of values) {
      const option = make("option", "", value);
      option.value = value;
      byId(id).append(option);
    }
  };
  const distinct = (name) => [...new Set(all.map((each) => each[name]).filter(Boolean))].sort();
  fill("severity", order.filter((name) => all.some((each) => each.severity === name)));
  fill("service", distinct("service"));
  fill("status", ["fail", "unknown", "error", "pass"].filter((name) => all.some((each) => each.status === name)));
  fill("region", distinct("region"));

  const describe = (body, each) => {
    const rule = data.rules[each.rule];
    const section = (title, ...nodes) => { body.append(make("h3", "", title), ...nodes); };
    if (each.problems.length) {
      const problems = make("ul");
      each.problems.forEach((text) => problems.append(make("li", "", text)));
      section(each.status === "fail" ? "What is wrong" : "What is not known", problems);
    }
    if (each.missing_permission) section("Missing permission", make("code", "", each.missing_permission));
    section("Why it matters", prose(rule.why));
    section("How to fix", prose(rule.how_to_fix));
    if (rule.fix) section("Automatic fix", make("p", "", rule.fix + "." + (rule.fix_breaks ? " It may break: " + rule.fix_breaks + "." : "")));
    const facts = [each.resource, each.resource_type, each.account, each.region, each.place].filter(Boolean).join("\n");
    section("Resource", make("p", "", facts));
    if (Object.keys(each.evidence).length) section("Evidence", make("pre", "", JSON.stringify(each.evidence, null, 2)));
    const links = make("ul");
    for (const url of rule.references) {
      const link = make("a", "", url);
      link.href = url;
      link.rel = "noreferrer";
      const item = make("li");
      item.append(link);
      links.append(item);
    }
    section("Rule " + each.rule, links);
  };

  const row = (each) => {
    const node = make("details", "finding"), head = make("summary");
    const badge = each.status === "fail" ? each.severity : each.status;
    const title = make("span", "title", data.rules[each.rule].title);
    title.append(make("span", "name", each.name || each.resource));
    head.append(make("span", "badge " + (each.status === "pass" ? "passed" : badge), badge), title,
      make("span", "where", [each.service, each.region].filter(Boolean).join(" · ")));
    node.append(head);
    node.addEventListener("toggle", () => {
      if (node.open && !node.querySelector(".body")) {
        const body = make("div", "body");
        describe(body, each);
        node.append(body);
      }
    });
    return node;
  };

  const draw = () => {
    const part = document.createDocumentFragment();
    shown.slice(drawn, drawn + step).forEach((each) => part.append(row(each)));
    list.append(part);
    drawn = Math.min(drawn + step, shown.length);
    more.hidden = drawn >= shown.length;
    more.textContent = "Show more (" + (shown.length - drawn).toLocaleString("en") + " left)";
  };

  const addressed = () =>
    "#" + new URLSearchParams(controls.map((id) => [id, byId(id).value]).filter(([, value]) => value));

  const apply = () => {
    const wanted = Object.fromEntries(controls.map((id) => [id, byId(id).value]));
    const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    shown = all.filter((each) =>
      (wanted.status ? each.status === wanted.status : each.status !== "pass") &&
      (!wanted.severity || each.severity === wanted.severity) &&
      (!wanted.service || each.service === wanted.service) &&
      (!wanted.region || each.region === wanted.region) &&
      words.every((word) => each.text.includes(word)));
    list.replaceChildren();
    drawn = 0;
    draw();
    count.textContent = shown.length.toLocaleString("en") + " shown of " + all.length.toLocaleString("en");
    history.replaceState(null, "", addressed());
  };

  const restore = () => {
    const kept = new URLSearchParams(location.hash.slice(1));
    controls.forEach((id) => { byId(id).value = kept.get(id) || ""; });
    apply();
  };

  const move = (by) => {
    const rows = [...list.querySelectorAll("summary")];
    const at = rows.indexOf(document.activeElement);
    if (by > 0 && at === rows.length - 1 && !more.hidden) draw();
    const next = [...list.querySelectorAll("summary")][Math.max(0, at + by)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };

  document.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT"].includes(document.activeElement.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const open = document.activeElement.closest("details[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); } else document.activeElement.blur();
    } else if (!typing && event.key === "/") { event.preventDefault(); byId("search").focus(); }
    else if (!typing && (event.key === "j" || event.key === "ArrowDown")) { event.preventDefault(); move(1); }
    else if (!typing && (event.key === "k" || event.key === "ArrowUp")) { event.preventDefault(); move(-1); }
  });
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  controls.forEach((id) => byId(id).addEventListener(id === "search" ? "input" : "change", apply));
  more.addEventListener("click", draw);
  byId("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  // The link that skips to the findings has a hash of its own, which says nothing of the filters.
  addEventListener("hashchange", () => {
    if (location.hash === "#findings") history.replaceState(null, "", addressed());
    else restore();
  });
  restore();
})();
