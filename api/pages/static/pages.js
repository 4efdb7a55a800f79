// What every page needs: times as the reader's clock shows them, messages, and conditions that come and go.
"use strict";

const language = document.documentElement.lang;

function localTimes(within) {
  const written = new Intl.DateTimeFormat(language === "nl" ? "nl-NL" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  for (const time of within.querySelectorAll("time[datetime]")) {
    time.textContent = written.format(new Date(time.dateTime));
  }
}

function say(html) {
  const messages = document.getElementById("messages");
  messages.innerHTML = html;
  messages.scrollIntoView({ block: "nearest" });
}

function sayFailed() {
  const words = document.createElement("p");
  words.className = "problem";
  words.textContent = document.body.dataset.failed;
  document.getElementById("messages").replaceChildren(words);
}

function forget(form) {
  for (const mark of form.querySelectorAll("small.wrong")) mark.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const others = (field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && !id.startsWith("wrong-"));
    if (others.length) field.setAttribute("aria-describedby", others.join(" "));
    else field.removeAttribute("aria-describedby");
  }
}

// The fields of a form that a refusal is about: by the last name of the place, and the number before it.
function fieldAt(form, place) {
  const parts = place.split(".");
  const at = parts.findLastIndex((part) => !/^\d+$/.test(part));
  const named = (name) => form.querySelectorAll(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
  const within = named(`${parts[0]}.${parts[at]}`);
  const fields = within.length ? within : named(parts[at] || "");
  return fields[Number(parts[at - 1])] || fields[0];
}

function showAtFields(form) {
  forget(form);
  const wrong = [];
  for (const said of document.querySelectorAll("#messages [data-place]")) {
    const field = fieldAt(form, said.dataset.place);
    if (!field) continue;
    const mark = document.createElement("small");
    mark.className = "wrong";
    mark.id = `wrong-${wrong.push(field)}`;
    mark.textContent = said.querySelector("span").textContent;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${mark.id}`.trim());
    (field.closest("label") || field).after(mark);
  }
  if (wrong.length) wrong[0].focus();
  else document.getElementById("messages").scrollIntoView({ block: "nearest" });
}

function showOptions() {
  const chosen = document.querySelector("#criteria [name=action]:checked");
  for (const part of document.querySelectorAll("#criteria [data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(chosen.value);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove-condition]");
  if (!button) return;
  const part = button.closest("[data-removable]");
  const next = part.nextElementSibling || part.previousElementSibling;
  part.remove();
  (next?.querySelector("[name=filter]") || document.querySelector("#criteria [name=joins]")).focus();
});
// What cannot be undone, or is about everybody, is asked first.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sure]");
  if (!button) return;
  const fields = button.form.querySelectorAll(`[name="${button.dataset.sureIfBlank}"]`);
  if ([...fields].some((field) => field.value.trim()) || confirm(button.dataset.sure)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
// What is cut off is read whole where the pointer rests.
document.addEventListener("mouseover", (event) => {
  const cell = event.target.closest("td");
  if (cell && cell.scrollWidth > cell.clientWidth) cell.title = cell.innerText;
});
document.addEventListener("change", (event) => {
  if (event.target.name === "action") showOptions();
});
let sent = null;
document.addEventListener("htmx:after:swap", (event) => {
  localTimes(document);
  // Other parts of the page come anew while a form is on its way.
  if (!sent?.contains(event.target)) return;
  if (sent.isConnected && document.querySelector("#messages .problem")) showAtFields(sent);
  sent = null;
});
const conditions = document.getElementById("conditions");
if (conditions) {
  new MutationObserver(() => document.body.dispatchEvent(new CustomEvent("conditions-changed")))
    .observe(conditions, { childList: true, subtree: true });
}
// A form that was taken brings the page anew: it says so there, and the focus is where it was.
let left = null, leaving = null;
document.addEventListener("submit", (event) => {
  leaving = event.target;
  const at = [...leaving.elements].indexOf(document.activeElement);
  left = { path: location.pathname, form: leaving.getAttribute("action"), at, name: leaving.elements[at]?.name };
}, true);
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  // Whom the service does not know any more has to sign in: nothing was taken.
  if (["/sign-in", null].includes(response.headers.get("HX-Redirect"))) return;
  taken = sourceElement.form || sourceElement;
  if (sourceElement !== leaving) return;
  left.said = decodeURIComponent(response.headers.get("X-Said") || "");
  sessionStorage.setItem("left", JSON.stringify(left));
});
function saySaved() {
  const before = JSON.parse(sessionStorage.getItem("left"));
  sessionStorage.removeItem("left");
  if (before?.path !== location.pathname) return;
  document.getElementById("done").textContent = before.said || document.body.dataset.saved;
  const form = [...document.forms].find((one) => one.getAttribute("action") === before.form);
  // What stood there may be gone, and another field be in its place.
  const found = form?.elements[before.at];
  const field = found && found.name === before.name ? found : document.getElementById("finder") || document.getElementById("main");
  for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  field.focus();
}
// Nobody loses what was typed into a form and not saved: what a field held before stands beside it.
let taken = null;
function unsaved(was) {
  const field = was.form.elements[was.name.slice(4)];
  if (was.form === taken || !field?.type) return false;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.value !== (field.defaultValue ?? was.value);
}
const ask = (event) => { if ([...document.querySelectorAll("[name^=was-]")].some(unsaved)) event.preventDefault(); };
// Only now: some browsers keep no page that may ask.
document.addEventListener("input", () => addEventListener("beforeunload", ask), { once: true });
// A page that is come back to may be kept, with a form that was taken: what is typed from now on was not.
document.addEventListener("input", (event) => { if (event.target.form === taken) taken = null; });
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target.closest?.("form[method=post]");
  if (form) {
    sent = form;
    document.getElementById("done").textContent = "";
    forget(sent);
  }
  // What was wrong a moment ago may be right now.
  if (event.target.closest && event.target.closest("form, #preview")) document.getElementById("messages").replaceChildren();
});
document.addEventListener("htmx:error", sayFailed);
// Prepared while the pointer was on its link: what happened since is not in it.
document.addEventListener("prerenderingchange", () => {
  if (performance.getEntriesByType("navigation")[0].activationStart > 5000) location.reload();
});
// Browsers keep no cookie of ours that came in the clear. Only they know: a proxy may end https before the service.
if (!window.isSecureContext) document.getElementById("needs-https")?.removeAttribute("hidden");
localTimes(document);
saySaved();
