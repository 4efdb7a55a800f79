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
document.addEventListener("change", (event) => {
  if (event.target.name === "action") showOptions();
});
document.addEventListener("htmx:after:swap", () => localTimes(document));
const conditions = document.getElementById("conditions");
if (conditions) {
  new MutationObserver(() => document.body.dispatchEvent(new CustomEvent("conditions-changed")))
    .observe(conditions, { childList: true, subtree: true });
}
document.addEventListener("htmx:before:request", (event) => {
  // What was wrong a moment ago may be right now.
  if (event.target.closest && event.target.closest("form, #preview")) document.getElementById("messages").replaceChildren();
});
document.addEventListener("htmx:error", sayFailed);
localTimes(document);
