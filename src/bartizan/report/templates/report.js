"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const severities = ["critical", "high", "medium", "low", "info"];
  const statuses = ["fail", "error", "unknown", "advice", "suppressed", "pass"];
  const quiet = ["pass", "suppressed"];
  const controls = ["search", "severity", "service", "status", "account", "region"];
  const step = 100;
  const list = byId("list");

  // Everything from the account goes through here: it stays text, and characters that could reorder it are made visible.
  const strange = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const safe = (text, kept = "") => text.replace(strange, (each) => (kept.includes(each) ? each : "\\x" + each.codePointAt(0).toString(16).padStart(2, "0")));
  const make = (tag, name, ...content) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...content.map((each) => (typeof each === "string" ? safe(each) : each)));
    return node;
  };
  const number = (value) => value.toLocaleString("en");
  const many = (value, noun) => number(value) + " " + noun + (value === 1 ? "" : "s");
  const inline = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", "", part) : part.replace(/\s+/g, " ")));
  const prose = (text) => text.split(/\n{2,}/).map((part) => make("p", "", ...inline(part)));

  const accountName = (id) => (data.accounts && data.accounts[id]) || "";
  const accountLabel = (id) => (accountName(id) ? accountName(id) + " (" + id + ")" : id);

  const passed = data.passed.map(([rule, resource, name, account, region]) => ({
    rule, resource, name, account, region, severity: data.rules[rule].severity, status: "pass", service: rule.split(".")[0],
    problems: [], evidence: {}, missing_permission: "", place: "", resource_type: "" }));
  const all = data.findings.concat(passed);
  for (const each of all) {
    each.text = [each.rule, data.rules[each.rule].title, each.resource, each.name, each.place, accountLabel(each.account), each.missing_permission, ...each.problems].join("\n").toLowerCase();
  }

  const distinct = (name) => [...new Set(all.map((each) => each[name]))].filter(Boolean).sort();
  const byLabel = (a, b) => accountLabel(a).localeCompare(accountLabel(b));
  const choices = { service: distinct("service"), account: distinct("account").sort(byLabel), region: distinct("region"),
    severity: severities.filter((name) => all.some((each) => each.severity === name)),
    status: statuses.filter((name) => all.some((each) => each.status === name)) };
  for (const [id, values] of Object.entries(choices)) {
    values.forEach((value) => { const option = make("option", "", id === "account" ? accountLabel(value) : value); option.value = value; byId(id).append(option); });
    byId(id).closest("label").hidden = values.length < 2 && id !== "status";
  }

  // A part of the list is made when it is opened, and no more than `step` entries at once.
  const foldable = (name, summary, body) => {
    const node = make("details", name, summary);
    node.addEventListener("toggle", () => { if (node.open && node.children.length === 1) node.append(body()); });
    return node;
  };
  const inParts = (parent, items, row) => {
    const more = make("button", "more");
    more.type = "button";
    let drawn = 0;
    const draw = () => {
      const next = items.slice(drawn, drawn + step).map((each) => make("li", "", row(each)));
      drawn += next.length;
      parent.append(...next);
      more.hidden = drawn >= items.length;
      more.textContent = "Show more (" + number(items.length - drawn) + " left)";
      return next[0];
    };
    more.addEventListener("click", () => draw().querySelector("summary").focus());
    draw();
    return more;
  };

  const detail = (each) => {
    const body = make("dl", "detail");
    const add = (term, ...content) => body.append(make("dt", "", term), make("dd", "", ...content));
    if (each.problems.length) add({ fail: "What is wrong", advice: "What to consider", suppressed: "What is accepted" }[each.status] || "What is not known", ...each.problems.map((text) => make("p", "", text)));
    if (each.suppression) add("Accepted because", `${each.suppression.reason} (${each.suppression.owner}${each.suppression.expires ? `, until ${each.suppression.expires}` : ""})`);
    if (each.missing_permission) add("Missing permission", make("code", "", each.missing_permission));
    if (each.place) add("Place", make("code", "", each.place));
    add("Resource", make("code", "", each.resource));
    if (each.resource_type) add("Type", each.resource_type);
    if (each.account) add("Account", accountLabel(each.account));
    if (each.region) add("Region", each.region);
    if (Object.keys(each.evidence).length) {
      const shown = make("pre");
      shown.textContent = safe(JSON.stringify(each.evidence, null, 2), "\n");
      shown.tabIndex = 0;
      add("Evidence", shown);
    }
    return body;
  };
  const thing = (each, worst) => {
    const where = [each.status === worst ? "" : each.status, choices.account.length > 1 ? accountName(each.account) || each.account : "", each.region].filter(Boolean).join(" · ");
    return foldable("thing", make("summary", "", make("span", "name", each.name || each.resource), make("span", "problem", each.problems.join("; ")),
      make("span", "where", where)), () => detail(each));
  };
  const about = (id) => {
    const rule = data.rules[id];
    const part = (title, ...nodes) => make("div", "", make("h4", "", title), ...nodes);
    const links = rule.references.filter((url) => /^https?:\/\//.test(url)).map((url) => {
      const link = make("a", "", url.replace(/^https?:\/\//, ""));
      link.href = url;
      link.rel = "noreferrer noopener";
      return make("p", "", link);
    });
    const parts = [part("Why it matters", ...prose(rule.why)), part("How to fix", ...prose(rule.how_to_fix))];
    if (rule.fix) parts.push(part("Automatic fix", make("p", "", ...inline(rule.fix + "." + (rule.fix_breaks ? " It may break: " + rule.fix_breaks + "." : "")))));
    for (const [name, title] of [["terraform", "Terraform"], ["cloudformation", "CloudFormation"]]) {
      if (!rule.fix_code || !rule.fix_code[name]) continue;
      const code = make("pre", "code"), node = part("As " + title, code);
      code.append(safe(rule.fix_code[name], "\n"));
      node.className = "across";
      parts.push(node);
    }
    if (links.length) parts.push(part("References", ...links));
    return make("div", "about", ...parts);
  };
  const group = ([id, found]) => {
    const rule = data.rules[id], worst = found[0].status;
    const badge = worst === "fail" ? rule.severity : worst === "pass" ? "passed" : worst;
    const failed = found.filter((each) => each.status === "fail").length;
    const amount = worst !== "fail" || failed === found.length ? many(found.length, "resource") : number(failed) + " of " + many(found.length, "resource");
    const summary = make("summary", "", make("span", "badge " + badge, badge), make("h3", "title", rule.title, make("small", "", id)), make("span", "number", amount));
    const node = foldable("rule", summary, () => {
      const things = make("ol", "things"), body = make("div", "body", about(id), things);
      body.append(inParts(things, found, (each) => thing(each, worst)));
      return body;
    });
    node.dataset.rule = id;
    return node;
  };

  const rank = (found) => statuses.indexOf(found[0].status) * 10 + severities.indexOf(found[0].severity);
  const grouped = (found) => {
    const groups = new Map();
    for (const each of found) groups.has(each.rule) ? groups.get(each.rule).push(each) : groups.set(each.rule, [each]);
    return [...groups].sort((a, b) => rank(a[1]) - rank(b[1]) || b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  };

  const addressed = () => "#" + new URLSearchParams(controls.map((id) => [id, byId(id).value]).filter(([, value]) => value));
  const apply = () => {
    const wanted = Object.fromEntries(controls.map((id) => [id, byId(id).value]));
    const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = all.filter((each) => (wanted.status ? each.status === wanted.status : !quiet.includes(each.status)) &&
      ["severity", "service", "account", "region"].every((id) => !wanted[id] || each[id] === wanted[id]) &&
      words.every((word) => each.text.includes(word)));
    const open = new Set([...list.querySelectorAll(".rule[open]")].map((each) => each.dataset.rule));
    const groups = grouped(shown), narrowed = controls.some((id) => wanted[id]);
    list.replaceChildren(...groups.map((each) => {
      const node = group(each);
      node.open = open.has(each[0]);
      return make("li", "", node);
    }));
    byId("count").textContent = shown.length ? many(shown.length, "finding") + " under " + many(groups.length, "rule") : "none";
    byId("clear").hidden = !narrowed;
    byId("nothing").hidden = shown.length > 0;
    byId("nothing").textContent = narrowed ? "Nothing fits these filters." : "Nothing is wrong.";
    // Some browsers refuse an address that changes with each of many quick keys; the filters work without it.
    try { history.replaceState(null, "", narrowed ? addressed() : location.pathname + location.search); } catch { /* kept next time */ }
  };
  const restore = () => {
    const kept = new URLSearchParams(location.hash.slice(1));
    controls.forEach((id) => { byId(id).value = kept.get(id) || ""; });
    controls.forEach((id) => { if (byId(id).selectedIndex === -1) byId(id).value = ""; });
    apply();
  };

  const move = (by) => {
    const rows = [...list.querySelectorAll("summary")].filter((each) => each.offsetParent);
    const next = rows[Math.max(0, rows.indexOf(document.activeElement) + by)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  const close = () => {
    const at = document.activeElement, open = at.closest("#list details[open]");
    if (at.id === "search" && at.value) { at.value = ""; apply(); }
    else if (open) { open.open = false; open.querySelector("summary").focus(); }
    else at.blur();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement, listed = list.contains(at);
    if (event.key === "Escape") return close();
    if (["INPUT", "SELECT"].includes(at.tagName)) return undefined;
    const act = { "/": () => { byId("search").focus(); byId("search").select(); }, j: () => move(1), k: () => move(-1) };
    // The arrows scroll the page as ever, unless the list is being walked through.
    if (listed && at.tagName === "SUMMARY") Object.assign(act, { ArrowDown: act.j, ArrowUp: act.k,
      ArrowRight: () => { at.parentNode.open = true; }, ArrowLeft: () => { at.parentNode.open ? at.parentNode.open = false : close(); } });
    if (act[event.key]) { event.preventDefault(); act[event.key](); }
    return undefined;
  });

  const findings = byId("findings");
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  controls.forEach((id) => byId(id).addEventListener(id === "search" ? "input" : "change", apply));
  byId("clear").addEventListener("click", () => { controls.forEach((id) => { byId(id).value = ""; }); apply(); byId("search").focus(); });
  // A link of the posture sets the filters and leads to the list; the one that skips to the findings keeps them.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    if (link.hash !== "#findings") { history.replaceState(null, "", link.hash); restore(); }
    findings.focus({ preventScroll: true });
    findings.scrollIntoView();
  });
  addEventListener("hashchange", restore);

  const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const theme = byId("theme"), label = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.setAttribute("title", "Change the colours");
  theme.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; label(); });
  label();
  restore();
})();
