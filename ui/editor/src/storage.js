// What this browser keeps from one visit to the next, where it may: storage can be full, edited, or forbidden.

/** What is kept under a key, or null. */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keeps a value under a key. */
export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // It lasts as long as the page then: all that is kept is a convenience.
  }
}
