// What a script finds around it beside the language: a console, timers and CommonJS's two names.
// The value of this file is how the sandbox runs `main`.
(() => {
  "use strict";
  const write = globalThis.__write;
  delete globalThis.__write;
  const { parse, stringify } = JSON;
  const { now } = Date;

  const shown = (value) => {
    if (typeof value === "string") return value;
    if (value instanceof Error) return `${value}\n${value.stack ?? ""}`;
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const printer = (target) => (...values) => write(target, values.map(shown).join(" ") + "\n");
  const out = printer(1);
  const err = printer(2);
  globalThis.console = { log: out, info: out, debug: out, warn: err, error: err, trace: err };

  const timers = new Map();
  let last = 0;
  const later = (repeats) => (action, wait, ...values) => {
    const pause = Math.max(repeats ? 1 : 0, Number(wait) || 0);
    timers.set(++last, { action, values, pause, repeats, at: now() + pause });
    return last;
  };
  const forget = (id) => void timers.delete(id);
  globalThis.setTimeout = later(false);
  globalThis.setInterval = later(true);
  globalThis.setImmediate = (action, ...values) => globalThis.setTimeout(action, 0, ...values);
  globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = forget;
  const earliest = () => {
    let found = null;
    for (const [id, timer] of timers) {
      if (found === null || timer.at < found[1].at) found = [id, timer];
    }
    return found;
  };

  globalThis.module = { exports: {} };
  globalThis.exports = globalThis.module.exports;
  globalThis.require = (name) => {
    throw new Error(`there is no module ${name} here: a script has the language and no more`);
  };

  const asJson = (value) => {
    const text = value === undefined ? "null" : stringify(value);
    if (text === undefined) throw new TypeError(`a ${typeof value} is no JSON value`);
    return text;
  };
  let said = null;
  return {
    start: (main, given) => {
      Promise.resolve()
        .then(() => main(given))
        .then((value) => {
          try {
            said = { result: asJson(value) };
          } catch (error) {
            said = { error: `what main returned cannot be written as JSON: ${error}` };
          }
        })
        .catch((error) => (said = { error: shown(error) }));
    },
    // Milliseconds until the next timer; -1 when there is nothing left to wait for.
    pending: () => {
      const next = said === null ? earliest() : null;
      return next === null ? -1 : Math.max(0, next[1].at - now());
    },
    fire: () => {
      const [id, timer] = earliest();
      if (timer.repeats) timer.at = now() + timer.pause;
      else timers.delete(id);
      timer.action(...timer.values);
    },
    outcome: () =>
      stringify(said ?? { error: "the promise of main was never settled" }),
  };
})();
