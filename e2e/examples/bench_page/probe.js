// Runs in the page before the page's own code: notes when rows come, how long frames take, and how
// long after a key the screen shows what it did.
(() => {
  const WANTED = 'sockscope.probe.wanted';
  const probe = { wasm: null, first: null, last: null, taps: [], run: null };
  window.sockscopeProbe = probe;
  addEventListener('TrunkApplicationStarted', event => { probe.wasm = event.detail.wasm; });

  // Milliseconds since the page was asked for.
  const look = () => {
    const row = '[data-testid=row]';
    const wanted = sessionStorage.getItem(WANTED);
    if (probe.first === null && document.querySelector(row)) probe.first = performance.now();
    if (wanted && probe.last === null && document.querySelector(`${row}[data-call="${wanted}"]`)) {
      probe.last = performance.now();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  probe.want = call => { sessionStorage.setItem(WANTED, call); probe.last = null; };

  addEventListener('keydown', event => {
    requestAnimationFrame(() => {
      // A message to oneself is read after the frame was painted.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => probe.taps.push(performance.now() - event.timeStamp);
      port2.postMessage(null);
    });
  }, true);

  probe.begin = () => {
    const run = { frames: [], tasks: [], last: null };
    const note = list => list.forEach(task => run.tasks.push(task.duration));
    run.observer = new PerformanceObserver(list => note(list.getEntries()));
    run.observer.observe({ type: 'longtask' });
    run.end = () => { note(run.observer.takeRecords()); run.observer.disconnect(); };
    const frame = now => {
      if (probe.run !== run) return;
      if (run.last !== null) run.frames.push(now - run.last);
      run.last = now;
      requestAnimationFrame(frame);
    };
    probe.run = run;
    probe.taps = [];
    requestAnimationFrame(frame);
  };
  probe.end = () => {
    const { run, taps } = probe;
    probe.run = null;
    run.end();
    return { frames: run.frames, tasks: run.tasks, taps };
  };

  const frames = (count, each) => new Promise(resolve => {
    const frame = done => {
      if (done === count) return resolve();
      each(done);
      requestAnimationFrame(() => frame(done + 1));
    };
    requestAnimationFrame(() => frame(0));
  });
  // From a place of 0 to 1 on, so many pixels a frame; from top to end where none are given.
  probe.scroll = async (from, pixels, count) => {
    const area = document.querySelector('[data-testid=stage]');
    const height = area.scrollHeight - area.clientHeight;
    const start = height * from;
    const step = pixels ?? height / count;
    await frames(count, done => { area.scrollTop = start + step * done; });
    const [due, end] = [start + step * (count - 1), area.scrollHeight - area.clientHeight];
    return Math.abs(area.scrollTop - Math.min(due, end)) < 2;
  };
  // Drags the film's slider from the start to the end.
  probe.scrub = async count => {
    const slider = document.querySelector('[data-testid=replay-time]');
    await frames(count, done => {
      slider.value = slider.max * (done + 1) / count;
      slider.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    return true;
  };
  probe.memory = () => probe.wasm?.memory.buffer.byteLength ?? 0;
})();
