// Time on the machine: as fast as outside or faster, or moved by hand in tests.

/** Milliseconds since 1970. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Calls back at a time; the answer calls it off. */
  at(time: number, callback: () => void): () => void;
}

/** Runs `factor` times as fast as real time. */
export class RealClock implements Clock {
  private readonly started = Date.now();

  constructor(private readonly factor = 1) {}

  now(): number {
    return this.started + (Date.now() - this.started) * this.factor;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now() + milliseconds, resolve));
  }

  at(time: number, callback: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      const left = (time - this.now()) / this.factor;
      if (left <= 0) callback();
      else timer = setTimeout(wait, Math.min(Math.ceil(left), 2 ** 30));
    };
    timer = setTimeout(wait, Math.max(0, Math.min(Math.ceil((time - this.now()) / this.factor), 2 ** 30)));
    return () => clearTimeout(timer);
  }
}

/** Stands until it is advanced. */
export class ManualClock implements Clock {
  private readonly waiting = new Set<{ readonly time: number; readonly callback: () => void }>();

  constructor(private time = Date.UTC(2025, 0, 1)) {}

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.time + milliseconds, resolve));
  }

  at(time: number, callback: () => void): () => void {
    const entry = { time, callback };
    this.waiting.add(entry);
    return () => this.waiting.delete(entry);
  }

  /** What falls due on the way runs in its order. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.time + milliseconds;
    for (;;) {
      const next = [...this.waiting].sort((a, b) => a.time - b.time)[0];
      if (!next || next.time > target) break;
      this.waiting.delete(next);
      this.time = Math.max(this.time, next.time);
      next.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.time = target;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
