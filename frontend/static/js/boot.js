// The page script: what htmx and native HTML leave open. Every page works without it.
// Texts come from the server, as data attributes of #errors.
(() => {
  "use strict";

  const root = document.documentElement;
  root.classList.add("script");

  /** @param {string} id @returns {HTMLElement | null} */
  const byId = (id) => document.getElementById(id);

  /** @param {string} name */
  const text = (name) => byId("errors")?.dataset[name] ?? "";

  // ---- saying things

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let statusTimer;

  /** Say what happened, politely; the words stand for ten seconds. @param {string} words */
  function say(words) {
    const line = byId("status");
    if (!line) return;
    line.textContent = words;
    clearTimeout(statusTimer);
    statusTimer = setTimeout(() => { line.textContent = ""; }, 10000);
  }

  /** Say what went wrong; stays until closed. @param {string} words @param {(() => void) | null} [retry] */
  function complain(words, retry = null) {
    const box = byId("errors");
    if (!box) return;
    const line = document.createElement("p");
    line.textContent = words;
    box.replaceChildren(line);
    if (retry) box.append(button(text("retry"), () => { hush(); retry(); }));
    box.append(button(text("close"), hush));
  }

  function hush() { byId("errors")?.replaceChildren(); }

  /** @param {string} label @param {() => void} act */
  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button small";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  // ---- waiting: the button says so within a tenth of a second and keeps its width

  /** @type {Map<HTMLElement, ChildNode[]>} */
  const waiting = new Map();

  /** @param {HTMLElement | null | undefined} control */
  function wait(control) {
    if (!control || waiting.has(control) || !control.matches("button, a.button")) return;
    waiting.set(control, [...control.childNodes]);
    control.style.minInlineSize = `${control.offsetWidth}px`;
    control.setAttribute("aria-busy", "true");
    control.setAttribute("aria-disabled", "true");
    if (control.dataset.pending) control.textContent = control.dataset.pending;
  }

  /** @param {HTMLElement | null | undefined} control */
  function rest(control) {
    if (!control) return;
    const before = waiting.get(control);
    if (!before) return;
    waiting.delete(control);
    control.removeAttribute("aria-busy");
    control.removeAttribute("aria-disabled");
    control.style.minInlineSize = "";
    if (control.dataset.pending) control.replaceChildren(...before);
  }

  /** The control that was touched. @param {any} config */
  const touched = (config) => config?.triggeringEvent?.submitter
    ?? (config?.elt?.matches?.("form") ? config.elt.querySelector("button:not([type=button])") : config?.elt);

  // ---- requests by htmx

  function csrfToken() {
    const name = `${root.dataset.csrf || "csrftoken"}=`;
    const found = document.cookie.split("; ").find((part) => part.startsWith(name));
    return found ? decodeURIComponent(found.slice(name.length)) : "";
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const token = csrfToken();
    if (token && detail.verb !== "get") {
      detail.headers["X-CSRFToken"] = token;
      if (detail.parameters?.has?.("csrfmiddlewaretoken")) detail.parameters.delete("csrfmiddlewaretoken");
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    hush();
    if (detail.requestConfig.verb !== "get") wait(touched(detail.requestConfig));
    if (!detail.elt.matches(".progress")) detail.target?.setAttribute("aria-busy", "true");
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    rest(touched(detail.requestConfig));
    detail.target?.removeAttribute("aria-busy");
  });

  let focusWasInside = false;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const login = /** @type {HTMLAnchorElement | null} */ (document.querySelector("#signed-out [data-login]"));
    if (login && new URL(detail.xhr.responseURL || location.href).pathname === login.pathname) {
      detail.shouldSwap = false; // the answer is the sign-in page: the session is over
      signedOut();
      return;
    }
    focusWasInside = Boolean(detail.target?.contains(document.activeElement));
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const { detail, target } = /** @type {CustomEvent & { target: HTMLElement }} */ (event);
    if (detail.xhr?.status === 422) {
      focus(target.matches(".error-summary") ? target : target.querySelector(".error-summary"));
    } else if (focusWasInside && (!document.activeElement || document.activeElement === document.body)) {
      focus(target.querySelector("h1, h2, h3") ?? target);
    }
    focusWasInside = false;
  });

  /** @param {HTMLElement | null} element */
  function focus(element) {
    if (!element) return;
    if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
    element.focus();
  }

  /** Send the same thing once more. @param {any} detail */
  function again(detail) {
    const { verb, path, elt } = detail.requestConfig;
    // @ts-ignore htmx is a global of its own script
    htmx.ajax(verb, path, { source: elt, target: detail.target });
  }

  document.addEventListener("htmx:responseError", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const { status, responseText } = detail.xhr;
    if (status === 401) { signedOut(); return; }
    if (status === 403 && responseText.includes("data-csrf-failure") && !detail.elt.dataset.retried) {
      detail.elt.dataset.retried = "1"; // sign-in changes the token: read the cookie again, once
      again(detail);
      return;
    }
    const named = /** @type {Record<number, string>} */ ({ 403: "forbidden", 404: "missing", 413: "large", 429: "busy" })[status];
    complain(text(named ?? "server"), named ? null : () => again(detail));
  });

  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (!detail.elt.matches(".progress")) complain(text("network"), () => again(detail));
    });
  }

  document.addEventListener("qs:status", (event) => say(String(/** @type {CustomEvent} */ (event).detail.value)));

  function signedOut() {
    const box = byId("signed-out");
    const link = /** @type {HTMLAnchorElement | null} */ (box?.querySelector("[data-login]") ?? null);
    if (link) link.search = `?next=${encodeURIComponent(location.pathname + location.search)}`;
    if (box instanceof HTMLDialogElement && !box.open) box.showModal();
  }

  // ---- plain form posts: no double sending, no lost typing

  const dirty = new Set();

  document.addEventListener("input", (event) => {
    const form = /** @type {HTMLElement} */ (event.target).closest("form[data-leave-check]");
    if (form) dirty.add(form);
  });

  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    dirty.delete(form);
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post" && !form.matches("[data-again], [hx-post], [hx-put], [hx-patch], [hx-delete]")) {
      form.dataset.sent = "1";
      wait(/** @type {HTMLElement | null} */ (event.submitter));
    }
  });

  addEventListener("pageshow", () => { // back from the browser's memory: everything can be sent again
    for (const form of document.querySelectorAll("form[data-sent]")) delete (/** @type {HTMLElement} */ (form)).dataset.sent;
    for (const control of [...waiting.keys()]) rest(control);
  });

  addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (form.isConnected) { event.preventDefault(); event.returnValue = text("leave"); }
  });

  // ---- touches

  /** @type {WeakMap<HTMLDialogElement, HTMLElement>} */
  const openers = new WeakMap();

  document.addEventListener("click", (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    if (at.closest("[aria-disabled=true]")) { event.preventDefault(); return; }

    const opener = /** @type {HTMLElement | null} */ (at.closest("[data-dialog]"));
    const box = opener && byId(opener.dataset.dialog ?? "");
    if (opener && box instanceof HTMLDialogElement && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openers.set(box, opener);
      box.showModal();
      focus(box.querySelector("h2"));
    }
    if (at.closest("[data-close]") || (at instanceof HTMLDialogElement && at.open)) at.closest("dialog")?.close();
    if (at.closest("[data-print]")) print();

    const copier = /** @type {HTMLElement | null} */ (at.closest("[data-copy]"));
    if (copier) navigator.clipboard?.writeText(copier.dataset.copy ?? "").then(() => say(text("copied")));

    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(at)) menu.removeAttribute("open");
    }
    const jump = /** @type {HTMLAnchorElement | null} */ (at.closest(".error-summary a"));
    const field = jump && byId(jump.hash.slice(1));
    if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
  });

  document.addEventListener("close", (event) => {
    if (event.target instanceof HTMLDialogElement) openers.get(event.target)?.focus();
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  });

  document.addEventListener("change", (event) => {
    const control = /** @type {HTMLInputElement} */ (event.target);
    if (control.matches("[data-submit-on-change]")) control.form?.requestSubmit();
  });

  // ---- arriving: a form that came back with errors shows them first
  byId("main")?.querySelector(".error-summary")?.scrollIntoView({ block: "center" });
  focus(document.querySelector("#main .error-summary"));
})();
