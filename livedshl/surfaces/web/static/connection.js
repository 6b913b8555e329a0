// The connection to livedshl: it comes back by itself, and then everything is sent anew.

const AGAIN_MS = 500;
const LONGEST_AGAIN_MS = 5000;
const SILENT_MS = 3000; // the clock is said several times a second

export class Connection {
  #socket = null;
  #again = AGAIN_MS;
  #heard = 0;
  #onNews;
  #onState;

  constructor(onNews, onState) {
    this.#onNews = onNews;
    this.#onState = onState;
    this.#open();
    setInterval(() => this.#watch(), 1000);
  }

  send(text) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  #open() {
    const token = encodeURIComponent(location.hash.slice(1));
    const socket = new WebSocket(`ws://${location.host}/live?token=${token}`);
    this.#socket = socket;
    this.#heard = performance.now();
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heard = performance.now();
      this.#again = AGAIN_MS;
      this.#onState(true);
      this.#onNews(JSON.parse(data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose();
    };
  }

  #lose() {
    this.#socket = null;
    this.#onState(false);
    setTimeout(() => this.#open(), this.#again);
    this.#again = Math.min(2 * this.#again, LONGEST_AGAIN_MS);
  }

  #watch() {
    if (this.#socket && performance.now() - this.#heard > SILENT_MS) {
      const silent = this.#socket;
      this.#lose();
      silent.close();
    }
  }
}
