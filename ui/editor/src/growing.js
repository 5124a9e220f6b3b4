// Reads the suggestions that the server writes as a text which only grows; see `ui/growing.py`.

const KEPT = 20; // requests whose end is remembered

/** @returns {(log: string) => object | null} gives the newest {id, choices, done, made}, or null where it is known */
export function growing() {
  let seen = "";
  let state = {id: "", choices: [], done: false};
  const ended = [];

  function take(line) {
    const {id = state.id, rows = [], done = false, made} = JSON.parse(line);
    const choices = rows.length ? rows.map((row, index) => merged(state.choices[index], row)) : state.choices;
    state = {id, choices, done, made};
  }

  return log => {
    // Where an older request ends beside a newer one, its log comes between, and then the newer one again.
    if (!log.startsWith(seen)) {
      seen = "";
      state = {id: "", choices: [], done: false};
    }
    for (const line of log.slice(seen.length).split("\n")) if (line) take(line);
    seen = log;
    if (!state.id || ended.includes(state.id)) return null;
    if (state.done) ended.push(state.id);
    if (ended.length > KEPT) ended.shift();
    return state;
  };
}

function merged(before = {text: "", done: false}, row) {
  if (!row) return before;
  const {add = "", ...rest} = row;
  return {...before, text: before.text + add, ...rest};
}
