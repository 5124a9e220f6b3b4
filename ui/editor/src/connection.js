// Notices that the server is gone while a suggestion streams: nothing else would end the wait.

// The server sends something four times a second, even while it only reads the prompt.
const SILENCE_MS = 3000;
const GONE_MS = 20_000; // it answers, but the stream itself may have been cut on its way
const LOOK_MS = 1000;
export const LOST = "The connection to the server was lost. The page loads again, with your text, when it is back.";

/**
 * @param {object} options
 * @param {string} options.url        answers as long as the server is there
 * @param {() => boolean} options.running  whether something is awaited
 * @param {() => void} options.lost   called once for each wait that is in vain
 */
export function connection({url, running, lost}) {
  let last = 0;
  let timer = 0;
  let asking = false;

  function end() {
    clearInterval(timer);
    timer = 0;
  }

  async function look() {
    if (!running()) return end();
    if (asking || performance.now() - last < SILENCE_MS) return;
    asking = true;
    // A proxy answers for a dead server, with a status of its own.
    const there = await fetch(url, {cache: "no-store"}).then(({status}) => status < 502 || status > 504, () => false);
    asking = false;
    const silence = performance.now() - last;
    if (!running() || silence < SILENCE_MS || (there && silence < GONE_MS)) return;
    end();
    lost();
  }

  return {
    /** Something came, or was just asked for. */
    heard() {
      last = performance.now();
      timer ||= setInterval(look, LOOK_MS);
    },
  };
}
